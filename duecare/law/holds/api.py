"""Legal holds for programs: the list, one of them, placing, changing and ending one."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router

from duecare.law.holds import actions
from duecare.law.holds.models import LegalHold
from duecare.law.holds.queries import LISTING, demand_holder, find_hold
from duecare.ledger.viewers import Request, Scope
from duecare.program.unchanged import seen_entry
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Reason, Words

router = Router(tags=["Law"])


class HoldAnswer(Answer):
    """One legal hold."""

    id: str
    name: str
    why: str
    covers: str
    things: list[str]
    asked_by: str
    since: date
    made_by: str
    made_at: Moment
    ended_at: Moment | None
    ended_by: str
    ended_because: str


class PlaceHold(Body):
    """What a hold says."""

    name: Line
    why: Words
    covers: Words
    asked_by: Line
    since: Day
    things: list[Line] = []
    """Typed references such as `program.finding:k3...`, or kinds as a whole such as `incidents.case`."""

    def draft(self) -> actions.Draft:
        return actions.Draft(self.name, self.why, self.covers, tuple(self.things), self.asked_by, self.since)


class ChangeHold(PlaceHold):
    """What a hold says from now on, whole."""

    seen: int | None = None
    """Index of the newest entry about it that you know; a newer one refuses the change."""


@endpoint(router, "GET", "/law/holds", Scope.READ, rows_of(LISTING), listing=LISTING)
def list_legal_holds(request: Request) -> Any:
    """Legal holds, the newest first."""
    return list_rows(request, LISTING, LegalHold.objects.all().visible_to(demand_holder(request)))


@endpoint(router, "POST", "/law/holds", Scope.LAW, HoldAnswer, status=201)
def place_legal_hold(request: Request, body: PlaceHold) -> Any:
    """Put something under a legal hold."""
    return actions.place_hold(demand_holder(request), body.draft(), request.now)


@endpoint(router, "GET", "/law/holds/{key}", Scope.READ, HoldAnswer)
def one_legal_hold(request: Request, key: Key) -> Any:
    """One legal hold."""
    return find_hold(key, demand_holder(request))


@endpoint(router, "PUT", "/law/holds/{key}", Scope.LAW, HoldAnswer)
def change_legal_hold(request: Request, key: Key, body: ChangeHold) -> Any:
    """Change what a legal hold says."""
    viewer = demand_holder(request)
    row = find_hold(key, viewer)
    seen = seen_entry(row) if body.seen is None else body.seen
    return actions.change_hold(viewer, key, body.draft(), seen, request.now)


@endpoint(router, "POST", "/law/holds/{key}/end", Scope.LAW, HoldAnswer)
def end_legal_hold(request: Request, key: Key, body: Reason) -> Any:
    """End a legal hold."""
    viewer = demand_holder(request)
    return actions.end_hold(viewer, find_hold(key, viewer).pk, body.reason, request.now)
