"""Questionnaires of insurers for programs. Reading one through and signing it is for people on pages."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from duecare.ledger.viewers import Request, Scope, Viewer, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.doors import keeper
from duecare.risk.insurance.questionnaires import actions as questionnaires
from duecare.risk.insurance.questionnaires import queries as questionnaire_queries
from duecare.risk.insurance.questionnaires.asked import as_json
from duecare.risk.insurance.questionnaires.models import Questionnaire
from duecare.risk.insurance.routing import router
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Words

QUESTIONNAIRES = questionnaire_queries.listing()


class QuestionShape(Answer):
    """One question with its answer, and what evidence said."""

    id: str
    asks: str
    topic: str
    rests_on: list[str]
    lacks: str
    answer: str
    words: str
    evidence: str
    why: list[str]
    named: list[str]
    unmet: int


class QuestionnaireAnswer(Answer):
    """One questionnaire."""

    id: str
    title: str
    insurer: str
    as_of: date
    state: str
    questions: list[QuestionShape]
    filled_at: Moment | None
    reviewed_at: Moment | None
    signed_at: Moment | None
    ended_at: Moment | None
    seen: int


class BeginQuestionnaire(Body):
    """What a questionnaire begins with."""

    title: Line
    insurer: Line
    as_of: Day
    usual: bool = True
    """Whether the questions that ship are in it."""


class AddQuestions(Body):
    """Questions in the insurer's own words."""

    asks: list[Words]
    rests_on: list[Line] = []
    lacks: Words = ""


class AnswerQuestion(Body):
    """The answer to one question."""

    answer: Literal["yes", "no", "cannot say", "not applicable"]
    words: Words = ""
    seen: int | None = None


class RestQuestion(Body):
    """What of ours shows a question of an insurer's form."""

    rests_on: list[Line]
    """As `check:access.accounts_second_factor` or `safeguard:mfa`."""
    lacks: Words = ""
    seen: int | None = None


def _questionnaire(row: Questionnaire, viewer: Viewer) -> dict[str, Any]:
    own = ("id", "state", "seen", "questions")
    return {
        **{name: getattr(row, name) for name in QuestionnaireAnswer.model_fields if name not in own},
        "id": row.pk,
        "state": questionnaire_queries.state_of(row),
        "questions": as_json(questionnaire_queries.asked_for(row, viewer)),
        "seen": seen_entry(row),
    }


@endpoint(
    router, "GET", "/risk/insurance/questionnaires", Scope.READ, rows_of(QUESTIONNAIRES),
    listing=QUESTIONNAIRES,
)  # fmt: skip
def list_questionnaires(request: Request) -> Any:
    """Questionnaires of insurers, the newest first."""
    rows = Questionnaire.objects.all().visible_to(demand_area(request, ROOM))
    return list_rows(request, QUESTIONNAIRES, rows)


@endpoint(router, "POST", "/risk/insurance/questionnaires", Scope.RISK, QuestionnaireAnswer, status=201)
def begin_questionnaire(request: Request, body: BeginQuestionnaire) -> Any:
    """Begin a questionnaire."""
    draft = questionnaires.Draft(body.title, body.insurer, body.as_of, body.usual)
    viewer = keeper(request)
    return _questionnaire(questionnaires.begin(viewer, draft, request.now), viewer)


@endpoint(router, "GET", "/risk/insurance/questionnaires/{key}", Scope.READ, QuestionnaireAnswer)
def one_questionnaire(request: Request, key: Key) -> Any:
    """One questionnaire with its questions and answers."""
    viewer = demand_area(request, ROOM)
    return _questionnaire(questionnaire_queries.find_questionnaire(key, viewer), viewer)


@endpoint(
    router, "POST", "/risk/insurance/questionnaires/{key}/questions", Scope.RISK, QuestionnaireAnswer,
    status=201,
)  # fmt: skip
def add_to_questionnaire(request: Request, key: Key, body: AddQuestions) -> Any:
    """Add questions in the insurer's own words."""
    viewer = keeper(request)
    questionnaire_queries.find_questionnaire(key, viewer)
    row = questionnaires.add_questions(
        viewer, key, body.asks, request.now, rests_on=body.rests_on, lacks=body.lacks
    )
    return _questionnaire(row, viewer)


@endpoint(router, "POST", "/risk/insurance/questionnaires/{key}/fill", Scope.RISK, QuestionnaireAnswer)
def fill_questionnaire(request: Request, key: Key) -> Any:
    """Put what evidence says now to every question."""
    viewer = keeper(request)
    questionnaire_queries.find_questionnaire(key, viewer)
    return _questionnaire(questionnaires.fill(viewer, key, request.now), viewer)


@endpoint(
    router, "POST", "/risk/insurance/questionnaires/{key}/questions/{question}", Scope.RISK,
    QuestionnaireAnswer,
)  # fmt: skip
def answer_in_questionnaire(request: Request, key: Key, question: Key, body: AnswerQuestion) -> Any:
    """Answer one question of a questionnaire."""
    viewer = keeper(request)
    questionnaire_queries.find_questionnaire(key, viewer)
    row = questionnaires.answer_question(
        viewer, key, question, body.answer, body.words, request.now, seen=body.seen
    )
    return _questionnaire(row, viewer)


@endpoint(
    router, "POST", "/risk/insurance/questionnaires/{key}/questions/{question}/evidence", Scope.RISK,
    QuestionnaireAnswer,
)  # fmt: skip
def rest_in_questionnaire(request: Request, key: Key, question: Key, body: RestQuestion) -> Any:
    """Say what of ours shows a question of an insurer's form; evidence has to be asked anew after it."""
    viewer = keeper(request)
    questionnaire_queries.find_questionnaire(key, viewer)
    row = questionnaires.rest_question(
        viewer, key, question, body.rests_on, body.lacks, request.now, seen=body.seen
    )
    return _questionnaire(row, viewer)
