"""Files that show what happened, and whose hands they were in."""

from __future__ import annotations

from django.db import models

from duecare.incidents.cases.models import ROOM, Case, OfCaseQuerySet
from duecare.ledger.records import BlobField, Record
from duecare.ledger.viewers import Viewer, VisibleQuerySet


class Evidence(Record):
    """One piece of evidence: a file kept here, or a thing kept elsewhere."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField()
    """Within the case: 1, 2, 3..."""
    what = models.CharField(max_length=200)
    file_name = models.CharField(max_length=200, blank=True)
    """Without folders and signs that deceive: what it is called when it is taken out again."""
    given_name = models.TextField(blank=True)
    """As it was handed in, whatever it holds; shown only with its odd signs named."""
    size = models.PositiveBigIntegerField(default=0)
    content = BlobField()
    """Its digest is the evidence's SHA-256; empty for what is kept elsewhere."""
    place = models.CharField(max_length=200, blank=True)
    """Where it is, if not here."""
    stated_digest = models.CharField(max_length=64, blank=True)
    """SHA-256 that somebody told of what is kept elsewhere."""
    source = models.CharField(max_length=200, blank=True)
    """What it was taken from, and with which tool."""
    collected_at = models.DateTimeField()
    collected_by = models.CharField(max_length=200)
    """Who took it, in words: they may be from outside."""
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)

    room = ROOM
    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="one_evidence_a_number"),)

    def __str__(self) -> str:
        return self.what


class CustodyQuerySet(VisibleQuerySet["Custody"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Custody]:
        return self.filter(evidence__in=Evidence.objects.all().visible_to(viewer).values("pk"))


class Custody(Record):
    """What was done with a piece of evidence, and by whom."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="custody")
    kind = models.CharField(max_length=20)
    """`collected`, `accessed`, `handed over`, `returned`, `hashed` (`evidence/kinds.py`)."""
    at = models.DateTimeField()
    who = models.CharField(max_length=200)
    """Who did it, or who took it over, in words."""
    words = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    """SHA-256 that was found then; empty where nothing was hashed."""
    intact = models.BooleanField(null=True)
    """Whether that was the evidence's own; null where nothing was hashed."""
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    room = ROOM
    objects = CustodyQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("evidence", "at"), name="custody_evidence"),)

    def __str__(self) -> str:
        return self.kind
