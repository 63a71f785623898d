"""What was learned, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from duecare.incidents.cases.models import ROOM, Case
from duecare.ledger.records import Record
from duecare.ledger.viewers import Viewer, VisibleQuerySet
from duecare.program.models import Person


class LessonQuerySet(VisibleQuerySet["Lesson"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Lesson]:
        """Who sees the case sees its lessons; who has to draw one sees that one."""
        if viewer.reads and viewer.covers(ROOM):
            return self.all()
        if not viewer.roles or not viewer.person:
            return self.none()
        return self.filter(
            Q(owner=viewer.person) | Q(case__in=Case.objects.all().visible_to(viewer).values("pk"))
        )


class Lesson(Record):
    """A gap that a case or an exercise showed. The case closes only once each has its answer."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="lessons")
    gap = models.TextField()
    """What fell short."""
    cause = models.TextField(blank=True)
    """Why it could happen."""
    about = models.CharField(max_length=120, blank=True)
    """A typed reference to the finding, there before, that it answers; empty where it stands for itself."""
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
    """Key of the finding that stands for it among all others: that of `about`, or one of its own."""
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    room = ROOM
    objects = LessonQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (
            models.Index(fields=("case", "answer"), name="lesson_case"),
            models.Index(fields=("done_at", "due", "id"), name="lesson_due"),
        )

    def __str__(self) -> str:
        return self.gap[:80]
