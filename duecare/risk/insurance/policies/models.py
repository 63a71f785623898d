"""Insurance policies: what was bought, from when to when, what each part pays, and whom to tell how fast."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.risk.rooms import ROOM, RiskQuerySet


class InsurancePolicy(Record):
    """A policy for one period. The one that follows it is another record."""

    insurer = models.CharField(max_length=200)
    number = models.CharField(max_length=100)
    """As the insurer counts them."""
    wording = models.CharField(max_length=100, blank=True)
    """Which conditions, in which version: statements are told with reference to it."""
    kind = models.CharField(max_length=20)
    """A key of `terms.KINDS`."""
    period_from = models.DateField()
    period_to = models.DateField()
    """The last day."""
    currency = models.CharField(max_length=3)
    """ISO 4217 code of all its money: that of the register on the day it was written down."""
    premium = models.BigIntegerField()
    """For the whole period, in minor units."""
    retention = models.BigIntegerField()
    """What we keep of each event, in minor units, where a part says nothing else."""
    limit = models.BigIntegerField(null=True)
    """What it pays of one event at most, in minor units; null for no such limit."""
    aggregate = models.BigIntegerField(null=True)
    """What it pays in the period at most, in minor units; null for no such limit."""
    exclusions = models.TextField(blank=True)
    """What it does not pay for at all, in words."""
    conditions = models.TextField(blank=True)
    """What has to be true or done for it to pay, in words."""
    contact = models.TextField(blank=True)
    """Whom to call, and under which number the notice is given."""
    parts = models.JSONField(default=list)
    """What it covers: objects as `terms.Part` holds them, each with an id of its own that claims name."""
    notices = models.JSONField(default=list)
    """Within how long whom to tell how: objects as `terms.Notice` holds them."""
    version = models.PositiveIntegerField(default=1)
    """From 1; the clocks of its notice periods carry it."""
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_because = models.TextField(blank=True)
    """Why it holds no longer before its period is over, or was never one."""

    room = ROOM
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "insurance policy"
        indexes = (models.Index(fields=("period_to", "id"), name="policy_period"),)

    def __str__(self) -> str:
        return f"{self.insurer}, {self.number}"
