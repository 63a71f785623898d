"""What insurers were told, for programs. Signing is for people on pages."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.utils import timezone

from duecare.ledger.viewers import Request, Scope, Viewer, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.doors import keeper
from duecare.risk.insurance.evidence import as_json, said, said_of
from duecare.risk.insurance.looking import as_seen, look
from duecare.risk.insurance.routing import router
from duecare.risk.insurance.statements import actions as statements
from duecare.risk.insurance.statements import queries as statement_queries
from duecare.risk.insurance.statements.models import InsurerStatement
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Reason, Words

STATEMENTS = statement_queries.listing(date.min)


class InsurerStatementAnswer(Answer):
    """One insurer statement, with what evidence said when it was answered and what it says now."""

    id: str
    policy: str
    state: str
    wording: str
    question: str
    kind: str
    scope: str
    rests_on: list[str]
    lacks: str
    predicate: str
    threshold: str
    as_of: date
    continuity: str
    until: date | None
    exceptions: str
    consequence: str
    tell_within: int | None
    answer: str
    differs_because: str
    basis: str
    said: dict[str, Any]
    now: dict[str, Any]
    answered_at: Moment | None
    signed_at: Moment | None
    ended_at: Moment | None
    ended_because: str
    seen: int


class MakeInsurerStatement(Body):
    """What an insurer asks."""

    question: Words
    kind: Literal["representation", "warranty", "condition"]
    scope: Words
    predicate: Words
    as_of: Day
    continuity: Literal["on the day", "throughout"]
    consequence: Words
    rests_on: list[Line] = []
    """As `check:access.accounts_second_factor` or `safeguard:mfa`."""
    lacks: Words = ""
    threshold: Line = ""
    until: Day | None = None
    exceptions: Words = ""
    wording: Line = ""
    tell_within: int | None = None

    def draft(self) -> statements.Draft:
        values = {name: getattr(self, name) for name in statements.Draft.__slots__}
        return statements.Draft(**{**values, "rests_on": tuple(self.rests_on)})


class AnswerStatement(Body):
    """The answer that a person is to sign on a page."""

    answer: Literal["yes", "no", "cannot say"]
    basis: Words
    differs_because: Words = ""
    seen: int | None = None


def _statement(row: InsurerStatement, viewer: Viewer, request: Request) -> dict[str, Any]:
    own = ("id", "policy", "state", "said", "now", "seen")
    then = said_of(row.said)
    drifted = row.pk in statement_queries.untold([row.pk])
    return {
        **{name: getattr(row, name) for name in InsurerStatementAnswer.model_fields if name not in own},
        "id": row.pk,
        "policy": row.policy_id,
        "state": statement_queries.state_of(row, drifted, timezone.localdate(request.view_now)),
        "said": {} if then is None else as_json(as_seen(then, viewer)),
        "now": as_json(said(look(row.rests_on, viewer, request.view_now), row.lacks)),
        "seen": seen_entry(row),
    }


@endpoint(router, "GET", "/risk/insurance/statements", Scope.READ, rows_of(STATEMENTS), listing=STATEMENTS)
def list_insurer_statements(request: Request) -> Any:
    """What insurers were told, the newest first."""
    rows = InsurerStatement.objects.all().visible_to(demand_area(request, ROOM)).select_related("policy")
    return list_rows(request, statement_queries.listing(timezone.localdate(request.view_now)), rows)


@endpoint(
    router,
    "POST",
    "/risk/insurance/policies/{key}/statements",
    Scope.RISK,
    InsurerStatementAnswer,
    status=201,
)
def make_insurer_statement(request: Request, key: Key, body: MakeInsurerStatement) -> Any:
    """Write down what an insurer asks."""
    viewer = keeper(request)
    return _statement(statements.add_statement(viewer, key, body.draft(), request.now), viewer, request)


@endpoint(router, "GET", "/risk/insurance/statements/{key}", Scope.READ, InsurerStatementAnswer)
def one_insurer_statement(request: Request, key: Key) -> Any:
    """One insurer statement, with what evidence says now."""
    viewer = demand_area(request, ROOM)
    return _statement(statement_queries.find_statement(key, viewer), viewer, request)


@endpoint(router, "POST", "/risk/insurance/statements/{key}/answer", Scope.RISK, InsurerStatementAnswer)
def answer_insurer_statement(request: Request, key: Key, body: AnswerStatement) -> Any:
    """Answer an insurer statement; it counts once a person has signed it."""
    viewer = keeper(request)
    statement_queries.find_statement(key, viewer)
    row = statements.answer_statement(
        viewer,
        key,
        body.answer,
        body.basis,
        request.now,
        differs_because=body.differs_because,
        seen=body.seen,
    )
    return _statement(row, viewer, request)


@endpoint(router, "POST", "/risk/insurance/statements/{key}/end", Scope.RISK, InsurerStatementAnswer)
def end_insurer_statement(request: Request, key: Key, body: Reason) -> Any:
    """Say that an insurer statement stands no longer."""
    viewer = keeper(request)
    statement_queries.find_statement(key, viewer)
    row = statements.end_statement(viewer, key, body.reason, request.now)
    return _statement(row, viewer, request)
