"""The law for programs: what applies and why, what changed, deciding otherwise, obligations of one's own."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from ninja import Router

from duecare.law import queries
from duecare.law.affected_people import people_in
from duecare.law.applicable import register_now
from duecare.law.applies import Answer as Said
from duecare.law.following.queries import changes
from duecare.law.incident_files import answers_json
from duecare.law.lists import CHANGES, OBLIGATIONS
from duecare.law.models import OwnObligation
from duecare.law.own import actions as own
from duecare.law.own.entries import taken_in
from duecare.law.queries import AREA, decider, keeper
from duecare.law.rulings import actions as rulings
from duecare.law.rulings.forms import OverrideForm
from duecare.law.wording import cadence_words, limit_words
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.program.task_queries import today_at
from duecare.program.unchanged import seen_entry
from duecare.web.api import cleaned, endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Reason, Words

router = Router(tags=["Law"])


class OverriddenAnswer(Answer):
    """What people decided, beside what the content says."""

    says: str
    reason: str
    by: str
    until: str | None


class DutyAnswer(Answer):
    """What is asked for on ordinary days."""

    id: str
    what: str
    cadence: str
    in_words: str
    citation: str
    only_if: str


class ClockOfLawAnswer(Answer):
    """A limit that runs when something happened."""

    id: str
    recipient: str
    trigger: str
    in_words: str
    citation: str
    confidence: str


class ObligationAnswer(Answer):
    """One obligation, whether it applies, and what it asks for."""

    obligation: str
    name: str
    citation: str
    jurisdiction: str
    kind: str
    state: str
    since: str
    pending: str
    confidence: str
    content: str
    read: str
    binding: bool
    answer: str
    deciding: list[str]
    missing: list[str]
    why: str
    overridden: OverriddenAnswer | None
    displaced_by: str
    safeguards: list[str]
    duties: list[DutyAnswer]
    clocks: list[ClockOfLawAnswer]
    people: dict[str, int | None]
    """How many people's data are held in its place, by code; added up over data sets. Null where nobody said
    it."""
    disclaimer: str


class DecideAnswer(Body):
    """What people decide about an obligation."""

    answer: Literal["applies", "does not apply"]
    reason: Words
    until: Day | None = None


class OwnAnswer(Answer):
    """An obligation of one's own, as the files write it."""

    id: str
    name: str
    version: str
    body: dict[str, Any]
    read: date
    changed_at: Moment
    changed_by: str
    ended_at: Moment | None


class OwnAnswers(Answer):
    """All that hold."""

    rows: list[OwnAnswer]


class AddOwn(Body):
    """An obligation of one's own in the form that docs/obligations.md describes."""

    body: dict[str, Any]


class ChangeOwn(AddOwn):
    """The same, with the reason."""

    why: Line
    seen: int | None = None
    """Index of the newest entry about it that you know; a newer one refuses the change."""


@endpoint(router, "GET", "/obligations", Scope.READ, rows_of(OBLIGATIONS), listing=OBLIGATIONS)
def list_obligations(request: Request) -> Any:
    """Which obligations apply."""
    return list_rows(request, OBLIGATIONS, queries.rows(demand_area(request, AREA)))


@endpoint(router, "GET", "/obligations/{key}", Scope.READ, ObligationAnswer)
def one_obligation(request: Request, key: Key) -> Any:
    """One obligation."""
    return _told(request, key)


@endpoint(router, "POST", "/obligations/{key}/decide", Scope.LAW, ObligationAnswer)
def decide_one_obligation(request: Request, key: Key, body: DecideAnswer) -> Any:
    """Decide whether an obligation applies, whatever the facts say."""
    viewer = decider(request)
    queries.find(key, viewer)
    sent = body.model_dump()
    values = cleaned(OverrideForm(sent, today=today_at(request.now)))
    rulings.override(
        viewer.actor, key, Said(values["answer"]), values["reason"], values["until"], request.now
    )
    return _told(request, key)


@endpoint(router, "POST", "/obligations/{key}/take-back", Scope.LAW, ObligationAnswer)
def take_back_a_decision(request: Request, key: Key, body: Reason) -> Any:
    """Take back what people decided about an obligation."""
    viewer = decider(request)
    rulings.withdraw(viewer.actor, queries.decision_of(key, viewer).pk, body.reason, request.now)
    return _told(request, key)


@endpoint(router, "GET", "/law-changes", Scope.READ, rows_of(CHANGES), listing=CHANGES)
def list_law_changes(request: Request) -> Any:
    """What changed about what applies."""
    return list_rows(request, CHANGES, changes(demand_area(request, AREA)))


@endpoint(router, "GET", "/own-obligations", Scope.READ, OwnAnswers)
def list_own_obligations(request: Request) -> Any:
    """The obligations of one's own that hold."""
    viewer = demand_area(request, AREA)
    rows = OwnObligation.objects.all().visible_to(viewer).filter(ended_at=None)
    return {"rows": list(rows.order_by("id"))}


@endpoint(router, "POST", "/own-obligations", Scope.LAW, OwnAnswer, status=201)
def add_own_obligation(request: Request, body: AddOwn) -> Any:
    """Add an obligation of one's own. Without an id it is given one."""
    viewer = keeper(request)
    return own.add(viewer.actor, taken_in(body.body, "body"), request.now).rows[0]


@endpoint(router, "PUT", "/own-obligations/{key}", Scope.LAW, OwnAnswer)
def change_own_obligation(request: Request, key: Key, body: ChangeOwn) -> Any:
    """Say anew what an obligation of one's own asks for."""
    viewer = keeper(request)
    row = queries.find_own(key, viewer)
    entry = taken_in(body.body, "body")
    seen = seen_entry(row) if body.seen is None else body.seen
    own.change(viewer.actor, key, entry, body.why, request.now, seen=seen)
    return queries.find_own(key, viewer)


@endpoint(router, "POST", "/own-obligations/{key}/end", Scope.LAW, OwnAnswer)
def end_own_obligation(request: Request, key: Key, body: Reason) -> Any:
    """An obligation of one's own binds no longer."""
    viewer = keeper(request)
    queries.find_own(key, viewer)
    return own.end(viewer.actor, key, body.reason, request.now).rows[0]


def _told(request: Request, key: str) -> dict[str, Any]:
    viewer = demand_area(request, AREA)
    one, found = queries.find_holding(key, viewer)
    register = register_now()
    (answer,) = answers_json({key: found}, register)
    return {
        **answer,
        "jurisdiction": one.jurisdiction,
        "kind": one.kind.value,
        "state": one.state.value,
        "since": str.__str__(one.since),
        "pending": str.__str__(one.pending),
        "read": one.read,
        "safeguards": list(dict.fromkeys(measure.safeguard for measure in one.measures)),
        "duties": [
            {
                "id": duty.id,
                "what": str(duty.what),
                "cadence": duty.cadence,
                "in_words": cadence_words(duty.cadence),
                "citation": duty.citation,
                "only_if": duty.only_if,
            }
            for duty in one.duties
        ],
        "clocks": [
            {
                "id": clock.id,
                "recipient": str(clock.recipient),
                "trigger": clock.trigger,
                "in_words": limit_words(clock, register),
                "citation": clock.citation,
                "confidence": clock.confidence,
            }
            for clock in one.clocks
        ],
        "people": people_in(one.jurisdiction, viewer),
        "disclaimer": str(register.disclaimer),
    }
