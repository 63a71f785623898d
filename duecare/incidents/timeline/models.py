"""What happened in a case, with the three times that count."""

from __future__ import annotations

from django.db import models

from duecare.incidents.cases.models import ROOM, Case, OfCaseQuerySet
from duecare.ledger.records import Record


class TimelineEntry(Record):
    """One thing that happened, was seen or was done. It is not changed: it is struck, and told anew."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="timeline")
    happened_at = models.DateTimeField()
    """When it happened, UTC; of a whole day, its first moment in `zone`."""
    whole_day = models.BooleanField()
    """Whether only the day is known."""
    zone = models.CharField(max_length=60)
    """IANA zone in which the time was told."""
    observed_at = models.DateTimeField(null=True)
    """When somebody saw it; null if that was when it happened, or is not known."""
    recorded_at = models.DateTimeField()
    """When it was written here, by the server's clock."""
    recorded_by = models.CharField(max_length=80)
    words = models.TextField()
    kind = models.CharField(max_length=20)
    """`event`, `action`, `decision`, `notice` or `note`."""
    mark = models.CharField(max_length=20, blank=True)
    """The milestone that it is (`timeline/milestones.py`); empty for none."""
    trigger = models.CharField(max_length=120, blank=True)
    """The event of the law (`law/content/facts.yaml`, or `submission_of...`) that it is; empty for none."""
    obligation = models.CharField(max_length=80, blank=True)
    """The one obligation whose clocks it concerns; empty for all."""
    techniques = models.JSONField(default=list)
    """Ids of ATT&CK techniques: `T1566.001`."""
    source = models.CharField(max_length=200, blank=True)
    """Where it is known from."""
    about = models.CharField(max_length=120, blank=True)
    """A typed reference to the record that it tells of."""
    imported = models.CharField(max_length=64, blank=True)
    """Digest of the file from which it came; empty for what was written."""
    struck_at = models.DateTimeField(null=True)
    struck_by = models.CharField(max_length=80, blank=True)
    struck_because = models.TextField(blank=True)
    instead_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="instead")
    """The struck entry that this one tells anew."""

    room = ROOM
    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (
            models.Index(fields=("case", "happened_at", "id"), name="timeline_happened"),
            models.Index(fields=("case", "recorded_at", "id"), name="timeline_recorded"),
            models.Index(fields=("case", "trigger"), name="timeline_trigger"),
        )

    def __str__(self) -> str:
        return self.words[:80]
