"""What a host is exposed to, as people say, and who answers for it. One row a host."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.program.models import Person


class Exposure(Record):
    """Whether the internet reaches a host and people's data lie on it, and who is responsible for it.

    Null means not known. Each answer has its own day, since each grows old by itself.
    """

    host = models.OneToOneField("systems.Host", models.PROTECT, related_name="exposure")
    internet = models.BooleanField(null=True)
    """Whether it can be reached from the internet."""
    internet_at = models.DateTimeField(null=True)
    """When that was said last; null if never."""
    holds_data = models.BooleanField(null=True)
    """Whether data of people lie on it."""
    data_sets = models.JSONField(default=list)
    """Keys of the data sets that lie on it. One that the organisation no longer keeps may still be named."""
    data_at = models.DateTimeField(null=True)
    responsible = models.ForeignKey(Person, models.PROTECT, null=True, related_name="hosts")
    """Who is to mend what is found on it; null for nobody yet."""
    because = models.TextField(blank=True)
    """How what was said last is known."""
    said_by = models.CharField(max_length=80)
    """The actor, as acts name them."""
    said_at = models.DateTimeField()

    room = "systems"

    class Meta:
        indexes = (models.Index(fields=("responsible", "host"), name="exposure_responsible"),)

    def __str__(self) -> str:
        return f"{self.host}: exposure"
