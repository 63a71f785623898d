"""Statements for programs: what people are asked, what they answered, reviewing and withdrawing."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import Refused
from duecare.ledger.viewers import Request, Scope, demand_reader
from duecare.program import statement_views
from duecare.program.catalogue import areas
from duecare.program.models import Answer as Said
from duecare.program.models import Review
from duecare.program.statement_actions import (
    Draft,
    make_statement,
    review_statement,
    withdraw_statement,
)
from duecare.program.statement_queries import Condition, lines, statements_of
from duecare.web.api import choice, endpoint
from duecare.web.api_shapes import Answer, Body, Day, Key, Moment, Reason, Words

router = Router(tags=["Statements"])
Link = Words


class QuestionRow(Answer):
    """A question with its answer, in short."""

    id: str
    safeguard: str
    area: str
    question: str
    state: str
    statement: str | None
    """Key of the statement that answers it."""
    answer: str | None
    expires: date | None
    review: str | None


class Questions(Answer):
    """All questions that were asked for; there are some dozens."""

    rows: list[QuestionRow]


class StatementAnswer(Answer):
    """One statement."""

    id: str
    safeguard: str
    question: str
    asked: str
    answer: str
    words: str
    link: str
    period_from: date
    period_to: date
    expires: date
    made_by: str
    made_at: Moment
    review: str
    review_words: str
    reviewed_by: str
    reviewed_at: Moment | None
    ended_at: Moment | None
    ended_because: str


class QuestionAnswer(Answer):
    """A question, and the statements that ever answered it, newest first."""

    id: str
    safeguard: str
    ask: str
    tell: str
    bring: str
    days: int
    """How long an answer may count at most."""
    statements: list[StatementAnswer]


class MakeStatement(Body):
    """An answer."""

    answer: Literal["yes", "partly", "no", "not applicable"]
    words: Words
    period_from: Day
    period_to: Day
    expires: Day | None = None
    """Last day on which it counts; without one as long as the question allows."""
    link: Link = ""


class ReviewStatement(Body):
    """What a second person says to it."""

    review: Literal["agreed", "doubted"]
    words: Words


_FILTERS = {
    "parameters": [
        choice("state", Condition),
        choice("answer", Said.values),
        choice("area", [one.id for one in areas()]),
    ]
}


@endpoint(router, "GET", "/statements", Scope.READ, Questions, extra=_FILTERS)
def list_statements(request: Request) -> Any:
    """All questions with the statements that answer them."""
    viewer = demand_reader(request)
    shown = statement_views.narrowed(lines(viewer, request.view_now), statement_views.chosen(request))
    return {
        "rows": [
            {
                "id": row.question.id,
                "safeguard": row.safeguard.id,
                "area": row.safeguard.area,
                "question": row.question.ask,
                "state": row.condition.value,
                "statement": row.said.key if row.said else None,
                "answer": row.said.answer if row.said else None,
                "expires": row.said.expires if row.said else None,
                "review": (row.said.review or None) if row.said else None,
            }
            for row in shown
        ]
    }


@endpoint(router, "GET", "/questions/{id}", Scope.READ, QuestionAnswer)
def one_question(request: Request, id: Key) -> Any:
    """A question with every statement that answered it."""
    viewer = demand_reader(request)
    found = statement_views.find_question(id, viewer)
    told = {name: getattr(found, name) for name in ("id", "safeguard", "ask", "tell", "bring", "days")}
    return {**told, "statements": statements_of(id, viewer)}


@endpoint(router, "POST", "/questions/{id}/statements", Scope.STATEMENTS, StatementAnswer, status=201)
def answer_question(request: Request, id: Key, body: MakeStatement) -> Any:
    """Answer a question; the statement that answered it until now ends."""
    viewer = statement_views.changer(request)
    draft = Draft(
        Said(body.answer), body.words, body.link.strip(), body.period_from, body.period_to, body.expires
    )
    return make_statement(viewer.actor, statement_views.find_question(id, viewer), draft, request.now)


@endpoint(router, "GET", "/statements/{key}", Scope.READ, StatementAnswer)
def one_statement(request: Request, key: Key) -> Any:
    """One statement, whether it counts still or not."""
    return statement_views.find_shown(key, demand_reader(request))


@endpoint(router, "POST", "/statements/{key}/review", Scope.STATEMENTS, StatementAnswer)
def review_one_statement(request: Request, key: Key, body: ReviewStatement) -> Any:
    """Say as a second person whether a statement is to be believed."""
    viewer = statement_views.changer(request)
    row = statement_views.find_shown(key, viewer)
    if row.made_by == viewer.actor:
        raise Refused(
            _("Nobody reviews a statement of their own."), _("Ask an owner, a manager or an approver.")
        )
    return review_statement(viewer.actor, key, Review(body.review), body.words, request.now)


@endpoint(router, "POST", "/statements/{key}/withdraw", Scope.STATEMENTS, StatementAnswer)
def withdraw_one_statement(request: Request, key: Key, body: Reason) -> Any:
    """End a statement without another in its place."""
    viewer = statement_views.changer(request)
    statement_views.find_shown(key, viewer)
    return withdraw_statement(viewer.actor, key, body.reason, request.now)
