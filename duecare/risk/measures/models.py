"""Measures: what could be done beyond what is done, with what it costs and what it would change."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import BlobField, Record
from duecare.program.models import Person
from duecare.risk.rooms import ROOM, RiskQuerySet


class Measure(Record):
    """One thing that could be done: a safeguard brought in or made wider, at a cost."""

    title = models.CharField(max_length=200)
    safeguard = models.CharField(max_length=40)
    """Id of the safeguard that it brings in or makes better."""
    about = models.TextField(blank=True)
    once = models.JSONField()
    """What it costs once: least, likely, most, in minor units."""
    yearly = models.JSONField()
    """What it costs each year, likewise: money, and the time of people as money."""
    years = models.PositiveIntegerField()
    """Years over which what is paid once is spread."""
    effects = models.JSONField(default=list)
    """What it would change: objects with `scenario` (key), `on`, `efficacy` (three thousandths), `coverage`
    and `reliability` (thousandths) once it is in place. An effect of the same safeguard on the same side of
    the scenario is replaced by it."""
    needs = models.JSONField(default=list)
    """Keys of the measures without which it cannot be."""
    excludes = models.JSONField(default=list)
    """Keys of the measures beside which it cannot be."""
    must = models.CharField(max_length=200, blank=True)
    """The obligation that leaves no choice, in words; empty where there is a choice."""
    curtails = models.TextField(blank=True)
    """Which legitimate objectives it would hinder, in words; empty for none that is known."""
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="measures")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_as = models.CharField(max_length=20, blank=True)
    """How it left the table: `done`, `refused` or `dropped`."""
    ended_because = models.TextField(blank=True)
    """Why, in words."""

    room = ROOM
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "measure"

    def __str__(self) -> str:
        return self.title


class Choice(Record):
    """Which measures a budget is best spent on, as it was computed on a day; it is not changed."""

    name = models.CharField(max_length=200)
    """By which people know it: "Budget of 2027"."""
    objective = models.CharField(max_length=10)
    """Whose expected loss was to be lowered: `own`, `others` or `both`."""
    currency = models.CharField(max_length=3)
    budget = models.BigIntegerField()
    """Of a year, in minor units."""
    chosen = models.JSONField(default=list)
    """Keys of the measures that were chosen."""
    inputs = BlobField()
    """JSON: all that it was computed from, as `duecare risk choose` reads it."""
    result = BlobField()
    """JSON: what was answered."""
    program = models.CharField(max_length=40)
    """Version of Duecare that computed it."""
    reason = models.TextField(blank=True)
    """What whoever kept it says about it."""
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    room = ROOM
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "choice of measures"
        indexes = (models.Index(fields=("-made_at", "-id"), name="choice_made"),)

    def __str__(self) -> str:
        return self.name


class HarbourAnswers(Record):
    """What the organisation says of what safe harbours ask for. One row, with the key `safe-harbours`."""

    frameworks = models.JSONField(default=dict)
    """By the framework's name, whether it is followed; what nobody answered is not in it."""
    conditions = models.JSONField(default=dict)
    """By the condition's id, whether it is so; likewise."""
    reason = models.TextField(blank=True)
    """What the answers rest on."""
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    room = ROOM
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "answers to safe harbours"

    def __str__(self) -> str:
        return "answers to safe harbours"
