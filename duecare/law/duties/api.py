"""Duties, the crosswalk and what is to be kept, for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import NotFound
from duecare.law.applicable import register_now
from duecare.law.duties import actions, keeping, listing
from duecare.law.duties import crosswalk as crossing
from duecare.law.duties.queries import duty_rows, find_duty
from duecare.law.duties.standing import State
from duecare.law.duties.views import AREA, changer, told_keeping
from duecare.law.obligations import RECORD_KINDS
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.web.api import choice, endpoint
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Words

router = Router(tags=["Law"])


class DutyRow(Answer):
    """A duty of an obligation that applies, and how it stands."""

    id: str
    obligation: str
    duty: str
    state: str
    why: str
    cadence: str
    citation: str
    last_done: Moment | None
    due: date | None
    person: str | None
    """Name of who sees to it."""
    safeguards: list[str]
    """While the evidence of all of these holds, the duty is kept."""
    task: str | None
    confidence: str
    version: str


class DutiesOfTheLaw(Answer):
    """All duties that were asked for; there are some hundreds at most."""

    rows: list[DutyRow]


class CrossedRow(Answer):
    """That an obligation asks, or may ask, for a safeguard."""

    safeguard: str
    title: str
    state: str
    obligation: str
    name: str
    applies: str
    citation: str
    confidence: str


class Crossed(Answer):
    """All of them."""

    rows: list[CrossedRow]


class KeepingRow(Answer):
    """That an obligation wants records kept."""

    kind: str
    name: str
    what: str
    keep: str
    term: str
    """ISO 8601 duration; empty where there is no number."""
    obligation: str
    citation: str
    applies: str
    longest: bool
    """Whether this is the rule that wins for its kind."""
    place: str | None
    until: date | None


class KeepingRows(Answer):
    """All of them."""

    rows: list[KeepingRow]


class ChooseOwner(Body):
    """Who sees to a duty."""

    person: Key | None = None
    """Key of a person; nobody without one."""


class SayPlace(Body):
    """Where a kind of records lies."""

    place: Words


_FILTERS = {
    "parameters": [
        choice("state", list(State)),
        choice("whose", listing.WHOSE),
        {
            "in": "query",
            "name": "obligation",
            "required": False,
            "schema": {"type": "string", "maxLength": 40},
        },
    ]
}
_CROSSING = {
    "parameters": [
        {"in": "query", "name": name, "required": False, "schema": {"type": "string", "maxLength": 40}}
        for name in ("obligation", "area")
    ]
}


@endpoint(router, "GET", "/law/duties", Scope.READ, DutiesOfTheLaw, extra=_FILTERS)
def list_law_duties(request: Request) -> Any:
    """What the obligations that apply ask for on ordinary days, and how it stands."""
    viewer = demand_area(request, AREA)
    rows = duty_rows(viewer, request.view_now, timezone.localdate(request.view_now))
    asked = listing.read(request.GET, list(register_now().obligations))
    return {"rows": [listing.told(row) for row in listing.narrowed(rows, asked, viewer)]}


@endpoint(router, "GET", "/law/duties/{key}", Scope.READ, DutyRow)
def one_law_duty(request: Request, key: Line) -> Any:
    """One duty, by obligation and duty: `eu-gdpr.ropa`."""
    viewer = demand_area(request, AREA)
    return listing.told(find_duty(key, viewer, request.view_now, timezone.localdate(request.view_now)))


@endpoint(router, "PUT", "/law/duties/{key}/owner", Scope.LAW, DutyRow)
def choose_duty_owner(request: Request, key: Line, body: ChooseOwner) -> Any:
    """Say who sees to a duty; its open task goes to them."""
    viewer, today = changer(request), timezone.localdate(request.view_now)
    find_duty(key, viewer, request.view_now, today)
    actions.choose_owner(viewer.actor, key, body.person, request.now)
    return listing.told(find_duty(key, viewer, request.view_now, today))


@endpoint(router, "GET", "/law/crosswalk", Scope.READ, Crossed, extra=_CROSSING)
def law_crosswalk(request: Request) -> Any:
    """Which obligation asks for which safeguard, and where."""
    viewer = demand_area(request, AREA)
    asked = request.GET.get("obligation", ""), request.GET.get("area", "")
    return {"rows": crossing.told(crossing.crosswalk(viewer, request.view_now, *asked))}


@endpoint(router, "GET", "/law/records", Scope.READ, KeepingRows)
def list_law_records(request: Request) -> Any:
    """What obligations want kept, how long, and which rule wins."""
    viewer = demand_area(request, AREA)
    return {"rows": told_keeping(keeping.keeping_lines(viewer, request.view_now))}


@endpoint(router, "PUT", "/law/records/{kind}/place", Scope.LAW, KeepingRows)
def say_where_records_lie(request: Request, kind: Line, body: SayPlace) -> Any:
    """Say where a kind of records lies."""
    viewer = changer(request)
    if kind not in RECORD_KINDS:
        raise NotFound(_("There is no such kind of records."), _("Look in the list of what is to be kept."))
    actions.say_where_kept(viewer.actor, kind, body.place, request.now)
    lines = keeping.keeping_lines(viewer, request.view_now)
    return {"rows": [row for row in told_keeping(lines) if row["kind"] == kind]}
