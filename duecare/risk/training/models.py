"""Calibration exercises: how often the ranges that somebody is 90 % sure of hold the truth."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.ledger.viewers import Viewer, VisibleQuerySet
from duecare.program.models import Person
from duecare.risk.rooms import ROOM


class CalibrationQuerySet(VisibleQuerySet["Calibration"]):
    """Who reads risk sees everybody's, for they decide how much somebody's estimate weighs; everybody else
    sees their own."""

    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Calibration]:
        if viewer.reads and viewer.covers(ROOM):
            return self.all()
        return self.filter(person=viewer.person) if viewer.person else self.none()


class Calibration(Record):
    """One exercise of one person."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="calibrations")
    seed = models.CharField(max_length=40)
    """What its questions were drawn by (`questions.draw`)."""
    questions = models.JSONField()
    """Their ids, in the order in which they were asked."""
    ranges = models.JSONField(default=list)
    """In that order, lower and upper end of each range as decimal texts; empty until it ended."""
    truths = models.JSONField(default=list)
    """In that order, the answers as they shipped when it ended, as decimal texts."""
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    hits = models.PositiveIntegerField(null=True)
    """How many of the ranges held the answer; null until it ended."""

    room = ROOM
    objects = CalibrationQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "calibration exercise"
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=models.Q(ended_at=None), name="calibration_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} of {self.person_id}"
