"""Exercises for programs: what the pages can do, by the same actions."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import BadInput, NotFound
from duecare.incidents.cases.models import ROOM
from duecare.incidents.exercises import actions, lists
from duecare.incidents.exercises.models import Exercise, Inject
from duecare.incidents.exercises.queries import condition_of, find_exercise, played
from duecare.incidents.exercises.scenarios import Scenario, parse, shipped
from duecare.incidents.exercises.views import runner
from duecare.incidents.plans.queries import plan_content
from duecare.incidents.plans.shipped import shipped as plan_that_ships
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.program.unchanged import seen_entry
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Words

router = Router(tags=["Incidents"])
_LISTING = lists.listing(date.min, plan_that_ships())


class TurnAnswer(Answer):
    """One turn of the story, and what was done."""

    id: str
    at: int
    """Minutes from the beginning."""
    told: str
    plan: list[str]
    given_at: Moment | None
    minutes_off: int | None
    """By how many minutes it was given after its time; negative for before."""
    answer: str
    score: str
    score_words: str


class ExerciseAnswer(Answer):
    """One exercise."""

    id: str
    title: str
    scenario: str
    state: str
    planned_for: date
    people: str
    case: str | None
    started_at: Moment | None
    ended_at: Moment | None
    ended_words: str
    dropped_because: str
    turns: list[TurnAnswer]


class PlanExercise(Body):
    """A story that ships, by its id, or one of one's own, in the form of those that ship as JSON."""

    scenario: Key | None = None
    own: dict[str, Any] | None = None
    title: Line = ""
    day: Day
    people: Words = ""


class ScoreTurn(Body):
    """What was done in a turn, and how that compares with the plan."""

    words: Words
    score: Literal["", "as planned", "in part", "not"] = ""
    score_words: Words = ""


class ExerciseWords(Body):
    """Why an exercise is not held, or what those who took part make of it."""

    words: Words


class ExerciseEnded(Answer):
    """The lessons that the gaps of an exercise became, by key."""

    lessons: list[str]


def told(row: Exercise, request: Request) -> dict[str, Any]:
    """An exercise as it is answered."""
    turns = [
        {
            "id": one.turn.id,
            "at": one.turn.at,
            "told": one.turn.told,
            "plan": list(one.turn.plan),
            "given_at": one.given.given_at if one.given else None,
            "minutes_off": one.off if one.given else None,
            "answer": one.given.answer if one.given else "",
            "score": one.score,
            "score_words": one.given.score_words if one.given else "",
        }
        for one in played(row, request.viewer)
    ]
    return {
        "id": row.pk,
        "title": row.title,
        "scenario": row.scenario["id"],
        "state": condition_of(row, timezone.localdate(request.view_now)).value,
        "planned_for": row.planned_for,
        "people": row.people,
        "case": row.case_id,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "ended_words": row.ended_words,
        "dropped_because": row.dropped_because,
        "turns": turns,
    }


@endpoint(router, "GET", "/exercises", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_exercises(request: Request) -> Any:
    """Exercises, the last planned first."""
    viewer = demand_area(request, ROOM)
    listing = lists.listing(timezone.localdate(request.view_now), plan_content(None))
    return list_rows(request, listing, lists.rows(viewer))


@endpoint(router, "POST", "/exercises", Scope.INCIDENTS, ExerciseAnswer, status=201)
def plan_exercise(request: Request, body: PlanExercise) -> Any:
    """Plan an exercise for a day."""
    viewer, story = runner(request), _story(body)
    title = body.title or str(story.title)
    made = actions.plan_exercise(viewer.actor, story, title, body.day, body.people, request.now)
    return told(made, request)


def _story(body: PlanExercise) -> Scenario:
    if (body.own is None) is (body.scenario is None):
        raise BadInput(
            _("An exercise has one story."),
            _("Give `scenario`, the id of one that ships, or `own`."),
            "scenario",
        )
    if body.own is not None:
        return parse(body.own, "own")
    found = shipped().get(body.scenario or "")
    if found is None:
        raise NotFound(_("There is no such story."), _("Choose one of %s.") % ", ".join(shipped()))
    return found


@endpoint(router, "GET", "/exercises/{key}", Scope.READ, ExerciseAnswer)
def one_exercise(request: Request, key: Key) -> Any:
    """One exercise with its turns."""
    return told(find_exercise(key, demand_area(request, ROOM)), request)


@endpoint(router, "POST", "/exercises/{key}/begin", Scope.INCIDENTS, ExerciseAnswer)
def begin_exercise(request: Request, key: Key) -> Any:
    """Begin an exercise: its case opens, marked as one."""
    viewer = runner(request)
    find_exercise(key, viewer)
    return told(actions.begin_exercise(viewer.actor, key, request.now), request)


@endpoint(router, "POST", "/exercises/{key}/drop", Scope.INCIDENTS, ExerciseAnswer)
def drop_exercise(request: Request, key: Key, body: ExerciseWords) -> Any:
    """Say why a planned exercise is not held."""
    viewer = runner(request)
    find_exercise(key, viewer)
    return told(actions.drop_exercise(viewer.actor, key, body.words, request.now), request)


@endpoint(router, "POST", "/exercises/{key}/turns/{turn}/give", Scope.INCIDENTS, ExerciseAnswer)
def give_turn(request: Request, key: Key, turn: Key) -> Any:
    """Put a turn of the story to those who take part."""
    viewer = runner(request)
    row = find_exercise(key, viewer)
    actions.give(viewer.actor, key, turn, request.now)
    return told(row, request)


@endpoint(router, "POST", "/exercises/{key}/turns/{turn}/score", Scope.INCIDENTS, ExerciseAnswer)
def score_turn(request: Request, key: Key, turn: Key, body: ScoreTurn) -> Any:
    """Record what was done in a turn, and how that compares with the plan."""
    viewer = runner(request)
    row = find_exercise(key, viewer)
    given = Inject.objects.all().visible_to(viewer).filter(exercise=row, inject=turn).first()
    if given is None:
        raise NotFound(_("This was not given yet."), _("Give it first."))
    actions.answer(
        viewer.actor, key, turn, body.words, body.score, body.score_words, request.now, seen=seen_entry(given)
    )
    return told(row, request)


@endpoint(router, "POST", "/exercises/{key}/end", Scope.INCIDENTS, ExerciseEnded)
def end_exercise(request: Request, key: Key, body: ExerciseWords) -> Any:
    """End an exercise; its gaps become lessons."""
    viewer = runner(request)
    find_exercise(key, viewer)
    made = actions.end_exercise(viewer.actor, key, body.words, request.now)
    return {"lessons": [row.pk for row in made]}
