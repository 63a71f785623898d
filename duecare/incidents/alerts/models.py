"""What tools tell of that may be an incident."""

from __future__ import annotations

from django.db import models

from duecare.incidents.cases.models import ROOM, Case
from duecare.ledger.records import Record


class Alert(Record):
    """One alert of one tool. It waits until it is put to a case or set aside with a reason."""

    source = models.CharField(max_length=100)
    """Which tool told it."""
    source_id = models.CharField(max_length=200)
    """What the tool calls it; told twice, it is one."""
    rule = models.CharField(max_length=200)
    """What the tool saw."""
    level = models.CharField(max_length=20)
    """`low`, `medium`, `high` or `critical`, by the tool's word."""
    about = models.CharField(max_length=120, blank=True)
    """A typed reference to what it is about, if that is known here."""
    about_name = models.CharField(max_length=255, blank=True)
    """What the tool calls that."""
    account = models.CharField(max_length=200, blank=True)
    signs = models.JSONField(default=list)
    """Addresses, names and digests that it names, in their plain form."""
    techniques = models.JSONField(default=list)
    words = models.TextField(blank=True)
    happened_at = models.DateTimeField()
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=80)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="alerts")
    settled_at = models.DateTimeField(null=True)
    """When it was put to a case, or set aside."""
    settled_by = models.CharField(max_length=80, blank=True)
    settled_words = models.TextField(blank=True)

    room = ROOM

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "source_id"), name="one_alert_a_name"),)
        indexes = (models.Index(fields=("settled_at", "-happened_at", "-id"), name="alert_waiting"),)

    def __str__(self) -> str:
        return self.rule
