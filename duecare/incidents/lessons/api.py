"""Lessons for programs, and closing a case. What is accepted, a person signs on a page."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.utils import timezone
from ninja import Router

from duecare.incidents.cases.closing import close_case, hindrances
from duecare.incidents.cases.models import ROOM
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.incidents.lessons import actions, lists
from duecare.incidents.lessons.models import Lesson
from duecare.incidents.lessons.queries import Answer as Given
from duecare.incidents.lessons.queries import condition_of, find_lesson, lessons_of
from duecare.incidents.lessons.views import demand_tending
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.program.unchanged import seen_entry
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Reference, Words

router = Router(tags=["Incidents"])
_LISTING = lists.listing(date.min)


class LessonAnswer(Answer):
    """One lesson."""

    id: str
    case: str
    gap: str
    cause: str
    about: str
    safeguard: str
    owner: str | None
    due: date | None
    state: str
    answer: str
    answer_words: str
    retest: date | None
    answered_at: Moment | None
    done_at: Moment | None
    done_words: str
    finding: str
    made_by: str
    made_at: Moment
    seen: int
    """Its newest entry: what a change names, so that nobody's words are overwritten in silence."""


class LessonsOfCase(Answer):
    """The lessons of a case, and what stands in the way of closing it."""

    lessons: list[LessonAnswer]
    hindrances: list[str]


class MakeLesson(Body):
    """What a case showed to fall short."""

    gap: Words
    safeguard: Line
    cause: Words = ""
    owner: Key | None = None
    due: Day | None = None
    about: Reference | Literal[""] = ""
    """A finding that is attached to the case."""


class AnswerLesson(Body):
    """What becomes of a lesson. What is accepted counts once a person has signed it."""

    answer: Literal["safeguard", "risk", "accepted"]
    words: Words
    due: Day | None = None
    """Of a change of a safeguard: until when."""
    retest: Day | None = None
    """Of what is accepted: when it is looked at again."""
    seen: int | None = None


class LessonWords(Body):
    """What was changed, or what was seen now."""

    words: Words


class ResolveCase(Body):
    """What became of a case."""

    words: Words


class CaseClosed(Answer):
    """A case that was closed."""

    id: str
    closed_at: Moment
    closed_as: str


def told(row: Lesson, request: Request) -> dict[str, Any]:
    """A lesson as it is answered."""
    own = ("case", "owner", "state", "seen")
    values = {
        name: getattr(row, name if name != "id" else "pk")
        for name in LessonAnswer.model_fields
        if name not in own
    }
    return {
        **values,
        "case": row.case_id,
        "owner": row.owner_id,
        "state": condition_of(row, timezone.localdate(request.view_now)).value,
        "seen": seen_entry(row),
    }


@endpoint(router, "GET", "/lessons", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_lessons(request: Request) -> Any:
    """Lessons of incidents and exercises, newest first."""
    viewer = demand_area(request, ROOM)
    return list_rows(request, lists.listing(timezone.localdate(request.view_now)), lists.rows(viewer))


@endpoint(router, "GET", "/lessons/{key}", Scope.READ, LessonAnswer)
def one_lesson(request: Request, key: Key) -> Any:
    """One lesson."""
    return told(find_lesson(key, request.viewer), request)


@endpoint(router, "GET", "/cases/{key}/lessons", Scope.READ, LessonsOfCase)
def lessons_of_case(request: Request, key: Key) -> Any:
    """The lessons of a case, and what stands in the way of closing it."""
    case = find_case(key, request.viewer)
    return {
        "lessons": [told(row, request) for row in lessons_of(case, request.viewer)],
        "hindrances": [] if case.closed_at else hindrances(case, request.view_now),
    }


@endpoint(router, "POST", "/cases/{key}/lessons", Scope.INCIDENTS, LessonAnswer, status=201)
def make_lesson(request: Request, key: Key, body: MakeLesson) -> Any:
    """Put down what a case showed to fall short."""
    demand_worker(find_case(key, request.viewer), request.viewer)
    made = actions.add_lesson(request.viewer.actor, key, actions.Draft(**body.model_dump()), request.now)
    return told(made, request)


@endpoint(router, "POST", "/lessons/{key}/answer", Scope.INCIDENTS, LessonAnswer)
def answer_lesson(request: Request, key: Key, body: AnswerLesson) -> Any:
    """Say what becomes of a lesson."""
    demand_tending(request, key)
    row = actions.answer_lesson(
        request.viewer.actor,
        key,
        Given(body.answer),
        body.words,
        request.now,
        due=body.due,
        retest=body.retest,
        seen=body.seen,
    )
    return told(row, request)


@endpoint(router, "POST", "/lessons/{key}/done", Scope.INCIDENTS, LessonAnswer)
def carry_out_lesson(request: Request, key: Key, body: LessonWords) -> Any:
    """Say that what was to change has changed."""
    demand_tending(request, key)
    return told(actions.carry_out(request.viewer.actor, key, body.words, request.now), request)


@endpoint(router, "POST", "/lessons/{key}/again", Scope.INCIDENTS, LessonAnswer)
def take_up_lesson(request: Request, key: Key, body: LessonWords) -> Any:
    """Open a settled lesson again."""
    demand_tending(request, key)
    return told(actions.take_up_again(request.viewer.actor, key, body.words, request.now), request)


@endpoint(router, "POST", "/cases/{key}/close", Scope.INCIDENTS, CaseClosed)
def resolve_case(request: Request, key: Key, body: ResolveCase) -> Any:
    """Close a case that was an incident; refused, naming everything that stands in the way."""
    demand_worker(find_case(key, request.viewer), request.viewer)
    return close_case(request.viewer.actor, key, body.words, request.now)
