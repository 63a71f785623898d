"""What was learned, and what became of it."""

from __future__ import annotations

from django.db import models

from duecare.incidents.cases.models import ROOM, Case, OfCaseQuerySet
from duecare.ledger.records import Record
from duecare.program.models import Person


class Lesson(Record):
    """A gap that a case or an exercise showed. The case closes only once each has its answer."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="lessons")
    gap = models.TextField()
    """What fell short."""
    cause = models.TextField(blank=True)
    """Why it could happen."""
    safeguard = models.CharField(max_length=40)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="lessons")
    due = models.DateField(null=True)
    """Last day for its answer to be carried out, in the organisation's zone."""
    answer = models.CharField(max_length=20, blank=True)
    """`safeguard` (what we do changes), `risk` (how we see it changes) or `accepted`; empty while open."""
    answer_words = models.TextField(blank=True)
    """What changes, or why it is accepted."""
    retest = models.DateField(null=True)
    """Of what is accepted: when it is looked at again."""
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    done_at = models.DateTimeField(null=True)
    """When what changes was changed."""
    done_words = models.TextField(blank=True)
    finding = models.CharField(max_length=40, blank=True)
    """Key of the finding that stands for it among all others."""
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    room = ROOM
    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("case", "answer"), name="lesson_case"),)

    def __str__(self) -> str:
        return self.gap[:80]
