"""Decisions about risk for programs: drawing up, putting, speaking of one, computing one again.

Approving is not among it, nor sending back and handing on, which are for whoever signs: people decide, on a
page (SECURITY.md 5).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from ninja import Router

from duecare.ledger.viewers import Request, Scope, Viewer, demand_area
from duecare.program.approval_queries import decisions_about
from duecare.program.unchanged import seen_entry
from duecare.risk.decisions import actions, putting, saying
from duecare.risk.decisions.drafts import Draft, Option
from duecare.risk.decisions.lists import listing, rows_for
from duecare.risk.decisions.models import DecisionWord, RiskDecision
from duecare.risk.decisions.queries import (
    condition_of,
    demand_worker,
    find_decision,
    reference,
    said_of,
)
from duecare.risk.decisions.replaying import told
from duecare.risk.decisions.seeing import known_to
from duecare.risk.decisions.tests_again import inputs_for
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Reason, Words

router = Router(tags=["Risk"])
_LISTING = listing(Viewer("", ""), date.min)


class WeighedOption(Body):
    """One option."""

    label: Line
    words: Words = ""
    measures: list[Key] = []
    cost: int | None = None
    """What it costs a year, in minor units; none: what its measures cost. Without measures it has to be said
    before the decision is put, be it 0."""
    chosen: bool = False
    rejected: Words = ""
    """Why it was not chosen."""

    def option(self) -> Option:
        return Option(self.label, self.words, tuple(self.measures), self.cost, self.chosen, self.rejected)


class DrawUp(Body):
    """What a decision says. The first option is doing nothing."""

    question: Words
    scenarios: list[Key]
    kind: Line
    """`accept`, `reduce`, `transfer` or `avoid`."""
    recommendation: Words
    how: Words = ""
    expires_on: Day
    reopen: Words
    options: list[WeighedOption] = []

    def draft(self) -> Draft:
        return Draft(
            self.question,
            tuple(self.scenarios),
            self.kind,
            self.recommendation,
            self.expires_on,
            self.reopen,
            self.how,
            tuple(one.option() for one in self.options),
        )


class ChangeDraft(DrawUp):
    """What a decision says from now on, whole."""

    seen: int | None = None
    """Index of the newest entry about it that you know; a newer one refuses the change."""


class Put(Body):
    """Before whom a decision is put."""

    before: Key | None = None
    """Key of a person who may sign that amount; none: whoever may."""
    outside: bool = False
    """Whether that person is from outside the organisation."""
    seen: int | None = None


class Say(Body):
    """What is said of a decision."""

    words: Words


class SaidAnswer(Answer):
    """A word on a decision."""

    id: str
    kind: str
    words: str
    by: str
    at: Moment
    to: str | None
    answers: str


class SignedAnswer(Answer):
    """What somebody with the right decided about it."""

    decided: str
    by: str
    at: Moment
    alone: bool
    signed: bool
    """With a passkey; else the server asserts it."""
    counts: bool
    """Whether it approves of the decision as it stands, with a signature, if any, that holds."""


class DecisionAnswer(Answer):
    """One decision about risk. Money is in minor units; fractions are decimal texts."""

    id: str
    number: int
    state: str
    question: str
    scenarios: list[str]
    kind: str
    options: list[dict[str, Any]]
    recommendation: str
    how: str
    expires_on: date
    reopen: str
    drawn_by: str
    drawn_at: Moment
    put_by: str
    put_at: Moment | None
    put_before: str | None
    outside: bool
    signed_at: Moment | None
    ended_at: Moment | None
    ended_because: str
    currency: str
    figures: dict[str, int]
    results: dict[str, Any]
    versions: dict[str, str]
    known: dict[str, Any]
    """What was known when it was put; what lies outside of your areas is counted, not named."""
    words: list[SaidAnswer]
    decided: list[SignedAnswer]
    seen: int
    """Index of its newest entry."""


class ReplayAnswer(Answer):
    """A decision that was computed again (`duecare risk replay --json`)."""

    verdict: str
    holds: bool
    compared: int
    tests_compared: int
    """Of these, figures and answers of the tests of law; 0 where they were not compared."""
    largest_difference: float | None
    differences: list[dict[str, Any]]
    versions: list[dict[str, str]]
    rules_then: int
    rules_changed: list[dict[str, Any]]
    failure: str


def _told(request: Request, row: RiskDecision) -> dict[str, Any]:
    viewer = request.viewer
    row = find_decision(row.pk, viewer)
    names = (
        "number", "question", "scenarios", "kind", "options", "recommendation", "how", "expires_on", "reopen",
        "drawn_by", "drawn_at", "put_by", "put_at", "outside", "signed_at", "ended_at", "ended_because",
        "currency", "figures", "results", "versions",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "id": row.pk,
        "known": known_to(row, viewer),
        "state": condition_of(row, timezone.localdate(request.view_now)).value,
        "put_before": row.put_before_id,
        "words": [_word(one.row) for one in said_of(row, viewer)],
        "decided": [
            {
                "decided": one.approval.decided,
                "by": one.by,
                "at": one.approval.at,
                "alone": one.approval.alone,
                "signed": one.signed,
                "counts": one.counts,
            }
            for one in decisions_about([reference(row.pk)], viewer).get(reference(row.pk), [])
        ],
        "seen": seen_entry(row),
    }


def _word(row: DecisionWord) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "words": row.words, "by": row.by, "at": row.at, "to": row.to_id,
        "answers": row.answers,
    }  # fmt: skip


def _seen(row: RiskDecision, seen: int | None) -> int:
    return seen_entry(row) if seen is None else seen


@endpoint(router, "GET", "/risk/decisions", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_risk_decisions(request: Request) -> Any:
    """Decisions about risk, the newest first."""
    viewer = demand_area(request, ROOM)
    found = listing(viewer, timezone.localdate(request.view_now))
    return list_rows(request, found, rows_for(viewer))


@endpoint(router, "POST", "/risk/decisions", Scope.RISK, DecisionAnswer, status=201)
def draw_up_risk_decision(request: Request, body: DrawUp) -> Any:
    """Draw up a decision about risk."""
    viewer = demand_worker(request)
    return _told(request, actions.draw_up(viewer, body.draft(), request.now))


@endpoint(router, "GET", "/risk/decisions/{key}", Scope.READ, DecisionAnswer)
def one_risk_decision(request: Request, key: Key) -> Any:
    """One decision about risk, with what it rests on."""
    return _told(request, find_decision(key, demand_area(request, ROOM)))


@endpoint(router, "PUT", "/risk/decisions/{key}", Scope.RISK, DecisionAnswer)
def change_risk_decision(request: Request, key: Key, body: ChangeDraft) -> Any:
    """Change what a draft says."""
    viewer = demand_worker(request)
    row = find_decision(key, viewer)
    return _told(request, actions.change(viewer, key, body.draft(), _seen(row, body.seen), request.now))


@endpoint(router, "POST", "/risk/decisions/{key}/put", Scope.RISK, DecisionAnswer)
def put_risk_decision(request: Request, key: Key, body: Put) -> Any:
    """Put a decision before whoever signs: its figures are computed and frozen."""
    viewer = demand_worker(request)
    seen = _seen(find_decision(key, viewer), body.seen)
    return _told(request, putting.put(viewer, key, body.before, seen, request.now, outside=body.outside))


@endpoint(router, "POST", "/risk/decisions/{key}/withdraw", Scope.RISK, DecisionAnswer)
def withdraw_risk_decision(request: Request, key: Key, body: Reason) -> Any:
    """Withdraw a decision: it stands no more."""
    viewer = demand_worker(request)
    row = find_decision(key, viewer)
    return _told(request, actions.withdraw(viewer, row.pk, body.reason, request.now))


@endpoint(router, "POST", "/risk/decisions/{key}/questions", Scope.RISK, SaidAnswer, status=201)
def ask_about_risk_decision(request: Request, key: Key, body: Say) -> Any:
    """Ask something about a decision that was put."""
    viewer = demand_worker(request)
    row = find_decision(key, viewer)
    return _word(saying.ask(viewer, row.pk, body.words, request.now))


@endpoint(router, "POST", "/risk/decisions/{key}/questions/{word}", Scope.RISK, SaidAnswer, status=201)
def answer_about_risk_decision(request: Request, key: Key, word: Key, body: Say) -> Any:
    """Answer a question about a decision."""
    viewer = demand_worker(request)
    row = find_decision(key, viewer)
    return _word(saying.answer(viewer, row.pk, word, body.words, request.now))


@endpoint(router, "POST", "/risk/decisions/{key}/dissents", Scope.RISK, SaidAnswer, status=201)
def dissent_from_risk_decision(request: Request, key: Key, body: Say) -> Any:
    """Put on record that one is of another mind; it stops nothing."""
    viewer = demand_worker(request)
    row = find_decision(key, viewer)
    return _word(saying.dissent(viewer, row.pk, body.words, request.now))


@endpoint(router, "GET", "/risk/decisions/{key}/inputs", Scope.READ, dict[str, str])
def inputs_of_risk_decision(request: Request, key: Key) -> Any:
    """What a decision was computed from, as it was frozen: curve files as text, what options cost, and what
    the tests of law rest on, for who reads these."""
    viewer = demand_area(request, ROOM)
    row = find_decision(key, viewer)
    return inputs_for(putting.frozen_of(row).inputs, viewer)


@endpoint(router, "GET", "/risk/decisions/{key}/replay", Scope.READ, ReplayAnswer)
def replay_risk_decision(request: Request, key: Key) -> Any:
    """Compute a decision again from what was frozen with it."""
    viewer = demand_area(request, ROOM)
    return told(putting.replayed(find_decision(key, viewer), viewer))
