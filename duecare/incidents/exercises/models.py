"""Rehearsals: a scenario played as a case that can tell nobody outside."""

from __future__ import annotations

from django.db import models

from duecare.incidents.cases.models import ROOM, Case
from duecare.ledger.records import Record
from duecare.ledger.viewers import VisibleQuerySet


class Exercise(Record):
    """A rehearsal, planned or held."""

    title = models.CharField(max_length=200)
    scenario = models.JSONField()
    """The scenario as it was when the exercise was planned, with its injects (`exercises/scenarios.py`)."""
    planned_for = models.DateField()
    people = models.TextField(blank=True)
    """Who takes part."""
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="exercises")
    """The case in which it is played; null until it begins."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_words = models.TextField(blank=True)
    """What those who took part say of it."""
    ended_by = models.CharField(max_length=80, blank=True)
    dropped_because = models.TextField(blank=True)
    """Why it was not held; it has ended then, without having started."""

    room = ROOM

    class Meta:
        indexes = (models.Index(fields=("-planned_for", "-id"), name="exercise_planned"),)

    def __str__(self) -> str:
        return self.title


class InjectQuerySet(VisibleQuerySet["Inject"]):
    """What was put to those who took part."""


class Inject(Record):
    """One turn of the scenario as it was put to those who took part, and what they did."""

    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="injects")
    inject = models.CharField(max_length=40)
    """Its id in the scenario."""
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=80)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answer = models.TextField(blank=True)
    """What they decided or did."""
    score = models.CharField(max_length=20, blank=True)
    """Against the plan: `as planned`, `in part`, `not`; empty while nobody has said."""
    score_words = models.TextField(blank=True)
    """What fell short of the plan, or what was better."""

    room = ROOM
    objects = InjectQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = (models.UniqueConstraint(fields=("exercise", "inject"), name="one_turn_an_inject"),)

    def __str__(self) -> str:
        return self.inject
