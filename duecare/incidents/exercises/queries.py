"""What pages and checks read of exercises: where each stands, what comes next, how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecare.errors import NotFound
from duecare.incidents.exercises.models import Exercise, Inject
from duecare.incidents.exercises.scenarios import Scenario, Turn, from_json
from duecare.ledger.viewers import Viewer
from duecare.program.subjects import register_reference

EXERCISE = "incidents.exercise"
register_reference(EXERCISE, lambda key: reverse("exercise", args=[key]))

SCORES: Mapping[str, str | Promise] = {
    "as planned": gettext_lazy("As planned"),
    "in part": gettext_lazy("In part"),
    "not": gettext_lazy("Not as planned"),
}
"""How what was done compares with the plan."""
SCORE_STATES = {"as planned": "met", "in part": "partly", "not": "unmet"}
"""The look of each."""


class Condition(StrEnum):
    """Where an exercise stands; each is a key of `web/words.py`."""

    PLANNED = "to do"
    LATE = "late"
    """Its day has passed, and it did not begin."""
    RUNNING = "under way"
    HELD = "done"
    DROPPED = "dropped"


def condition_of(row: Exercise, today: date) -> Condition:
    """Where an exercise stands on a day of the organisation."""
    if row.ended_at is not None:
        return Condition.HELD if row.started_at is not None else Condition.DROPPED
    if row.started_at is not None:
        return Condition.RUNNING
    return Condition.LATE if row.planned_for < today else Condition.PLANNED


def in_condition(condition: str, today: date) -> Q:
    """The same, asked of the database."""
    ended, started, past = ~Q(ended_at=None), ~Q(started_at=None), Q(planned_for__lt=today)
    return {
        Condition.PLANNED: ~ended & ~started & ~past,
        Condition.LATE: ~ended & ~started & past,
        Condition.RUNNING: ~ended & started,
        Condition.HELD: ended & started,
        Condition.DROPPED: ended & ~started,
    }[Condition(condition)]


@dataclass(frozen=True, slots=True)
class Played:
    """One turn of the story as the page of an exercise shows it."""

    number: int
    turn: Turn
    given: Inject | None
    due_at: datetime | None
    """When it is to be given; None while the exercise has not begun."""

    @property
    def given_at(self) -> datetime:
        """When it was given. Raises ValueError if it was not."""
        if self.given is None:
            raise ValueError(f"the turn {self.turn.id} was not given")
        return self.given.given_at

    @property
    def score(self) -> str:
        return self.given.score if self.given else ""

    @property
    def off(self) -> int:
        """By how many whole minutes it was given after its time; negative for before."""
        if self.given is None or self.due_at is None:
            return 0
        return round((self.given.given_at - self.due_at).total_seconds() / 60)

    @property
    def off_words(self) -> str:
        """The same in words."""
        if self.off > 0:
            return ngettext("%(n)s minute late", "%(n)s minutes late", self.off) % {"n": self.off}
        if self.off < 0:
            return ngettext("%(n)s minute early", "%(n)s minutes early", -self.off) % {"n": -self.off}
        return _("in time")

    @property
    def score_state(self) -> str:
        return SCORE_STATES.get(self.score, "")

    @property
    def score_word(self) -> str:
        return str(SCORES.get(self.score, ""))


def find_exercise(key: str, viewer: Viewer) -> Exercise:
    """The exercise, if the viewer may see it. Raises NotFound otherwise."""
    rows = Exercise.objects.all().visible_to(viewer).select_related("case")
    found: Exercise | None = rows.filter(pk=key).first()
    if found is None:
        raise NotFound(
            _("There is no such exercise, or none that you may see."), _("Look in the list of exercises.")
        )
    return found


def scenario_of(row: Exercise) -> Scenario:
    """The story of an exercise, as it was when it was planned."""
    return from_json(row.scenario)


def played(row: Exercise, viewer: Viewer) -> list[Played]:
    """All turns of an exercise in their order, with what was given and done."""
    given = {one.inject: one for one in Inject.objects.all().visible_to(viewer).filter(exercise=row)}
    return [
        Played(
            number,
            turn,
            given.get(turn.id),
            row.started_at + timedelta(minutes=turn.at) if row.started_at else None,
        )
        for number, turn in enumerate(scenario_of(row).injects, start=1)
    ]


def result(turns: Sequence[Played]) -> str:
    """How it went, in words: how many turns were as planned, in part, not, and not given."""
    scores = [one.score for one in turns if one.given is not None]
    left = sum(one.given is None for one in turns)
    parts = [
        _("%(n)s as planned") % {"n": scores.count("as planned")},
        _("%(n)s in part") % {"n": scores.count("in part")},
        _("%(n)s not") % {"n": scores.count("not")},
    ]
    if left:
        parts.append(_("%(n)s not given") % {"n": left})
    return _("%(parts)s, of %(all)s turns") % {"parts": ", ".join(parts), "all": len(turns)}
