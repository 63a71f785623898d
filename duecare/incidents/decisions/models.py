"""What was decided in a case, by whom, knowing what."""

from __future__ import annotations

from django.db import models

from duecare.incidents.cases.models import ROOM, Case, OfCaseQuerySet
from duecare.ledger.records import Record


class CaseDecision(Record):
    """A decision with its options and reasons. Who decides signs it as an Approval of this record."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    question = models.CharField(max_length=300)
    options = models.JSONField(default=list)
    """Each `{"name", "words"}`: what could have been done, and what speaks for and against it."""
    chosen = models.CharField(max_length=200)
    """The name of the option."""
    reasons = models.TextField()
    known = models.JSONField(default=list)
    """Each `{"fact", "value", "rests"}`: the answers to the law's questions as they stood; for a notice also
    when its clock began (`event.` and the event) and where the case counts (`case.country`)."""
    known_words = models.TextField(blank=True)
    """What else was known then, and what was not."""
    seen_entry = models.BigIntegerField()
    """Size of the log when it was put down: what could be known here."""
    obligation = models.CharField(max_length=80, blank=True)
    clock = models.CharField(max_length=80, blank=True)
    """The notice on which it decides; both empty for another matter."""
    reportable = models.BooleanField(null=True)
    """For a notice: whether it is owed."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When it was taken back, or another took its place."""
    ended_because = models.TextField(blank=True)

    room = ROOM
    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("case", "ended_at", "-made_at"), name="case_decision"),)

    def __str__(self) -> str:
        return self.question
