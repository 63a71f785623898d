"""Work with an owner and a date."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from duecare.ledger.records import Record
from duecare.ledger.viewers import Viewer, VisibleQuerySet
from duecare.program.catalogue import safeguards_of
from duecare.program.people_models import Person

OF_DUTIES = "law.duty:"
"""Begins the origin of what a duty of the law made, which is of that room."""


class Repeats(models.TextChoices):
    """How often a task comes again, counted from the day on which it was due."""

    NEVER = "", "never"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class Ending(models.TextChoices):
    """How a task ended."""

    DONE = "done"
    DROPPED = "dropped"


class TaskQuerySet(VisibleQuerySet["Task"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Task]:
        """Everyone sees their own tasks; who may read all sees all; whose right is limited to areas, those
        of their safeguards, those that they made and, of the law, those that duties made."""
        if viewer.reads and viewer.areas is None:
            return self.all()
        if not viewer.roles or not viewer.person:
            return self.none()
        mine = Q(owner_id=viewer.person)
        if viewer.reads and viewer.areas is not None:
            mine |= Q(made_by=viewer.actor) | Q(safeguard__in=safeguards_of(viewer.areas))
            if "law" in viewer.areas:
                mine |= Q(origin__startswith=OF_DUTIES)
        return self.filter(mine)


class Task(Record):
    """Work with an owner and a date. One that repeats is followed by a new task when it ends."""

    title = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    about = models.CharField(max_length=120, blank=True)
    """A typed reference (`subjects.py`) to what it is about, for example `program.finding:k3...`."""
    safeguard = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=160, blank=True)
    """What made it, if no person did; of one origin at most one task is open."""
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="tasks")
    """Who does it; null for nobody yet."""
    due = models.DateField(null=True)
    """Last day, in the organisation's zone."""
    minutes = models.PositiveIntegerField(null=True)
    """About how long it takes."""
    repeats = models.CharField(max_length=20, choices=Repeats.choices, blank=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    after = models.ForeignKey("self", models.PROTECT, null=True, related_name="next")
    """The task that this one repeats."""
    ended_at = models.DateTimeField(null=True)
    ended_as = models.CharField(max_length=20, choices=Ending.choices, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_words = models.TextField(blank=True)
    """What was done, or why it was dropped."""

    objects = TaskQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    class Meta:
        indexes = (
            models.Index(fields=("ended_at", "due", "id"), name="task_due"),
            models.Index(fields=("owner", "ended_at", "due"), name="task_owner"),
            models.Index(fields=("about", "ended_at"), name="task_about"),
            models.Index(fields=("origin", "ended_at"), name="task_origin"),
        )

    def __str__(self) -> str:
        return self.title
