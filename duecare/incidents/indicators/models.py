"""Signs by which the same attacker would be known elsewhere."""

from __future__ import annotations

from django.db import models

from duecare.incidents.cases.models import ROOM, Case, OfCaseQuerySet
from duecare.ledger.records import Record


class Indicator(Record):
    """An address, name, digest or other sign, with who may be told of it (TLP 2.0, FIRST)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="indicators")
    kind = models.CharField(max_length=20)
    """`indicators/kinds.py`."""
    value = models.TextField()
    """In its plain form: `evil.example`, never `evil[.]example`."""
    tlp = models.CharField(max_length=20)
    """`red`, `amber+strict`, `amber`, `green` or `clear`."""
    words = models.TextField(blank=True)
    first_seen = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)
    source = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=80, blank=True)
    removed_because = models.TextField(blank=True)

    room = ROOM
    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("case", "kind"), name="indicator_case"),)

    def __str__(self) -> str:
        return self.value
