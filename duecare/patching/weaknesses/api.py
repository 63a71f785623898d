"""Weaknesses for programs: what is open in the order of work, and where an advisory is open, with clocks."""

from __future__ import annotations

from typing import Any

from ninja import Router

from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.patching.bills.models import Contained
from duecare.patching.software.models import Installed
from duecare.patching.software.views import AREA
from duecare.patching.weaknesses import queries, views
from duecare.patching.weaknesses.queries import Open
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Moment

SHOWN = 500
"""Places that an answer names."""

router = Router(tags=["Patching"])


class ClockAnswer(Answer):
    """An advisory on a package of a host, with its clock."""

    host: str
    """Key of the host, or of the product."""
    host_name: str
    package: str
    version: str
    fixed: str
    """The version that mends it; empty where none is known."""
    state: str
    undecided: bool
    why: str
    weak_since: Moment
    fix_seen: Moment | None
    fix_offered: Moment | None
    """When the source published it, by its own word."""
    due: Moment | None
    ended: Moment | None
    shown_by: int
    """The entry of the report that first showed it."""
    ended_by: int | None
    """The entry of the report, or removal, that ended it."""
    unsaid_since: Moment | None
    """Since when no feed says it any more; that alone ends nothing."""


class PlaceAnswer(ClockAnswer):
    """The same of a host, of which it is known what it is exposed to."""

    points: int
    """On this host, by what is known of it."""
    points_because: str


class WeaknessAnswer(Answer):
    """What goes by a name: the advisories, and every host and product that they touch or touched."""

    name: str
    advisories: list[str]
    open: int
    places: list[PlaceAnswer]
    """The first five hundred, what is open first."""
    products: list[ClockAnswer]
    """The same in products."""


@endpoint(router, "GET", "/weaknesses", Scope.READ, rows_of(views.WEAKNESSES), listing=views.WEAKNESSES)
def list_weaknesses(request: Request) -> Any:
    """What advisories say of installed software, what to mend first at the top."""
    return list_rows(request, views.WEAKNESSES, queries.advisories(demand_area(request, AREA)))


@endpoint(router, "GET", "/weaknesses/{name}", Scope.READ, WeaknessAnswer)
def one_weakness(request: Request, name: str) -> Any:
    """An advisory, or all that go by the name of a CVE."""
    viewer = demand_area(request, AREA)
    found = views.find_advisories(name, viewer)
    told = views.places(Installed.objects.all().visible_to(viewer), found, request.view_now)
    inside = views.products(Contained.objects.all().visible_to(viewer), found, request.view_now)
    return {
        "name": name,
        "advisories": [one.pk for one in found],
        "open": sum(one.clock.open for one in [*(place.open for place in told), *inside]),
        "places": [
            _place(one.open) | {"points": one.ranked.points, "points_because": one.ranked.reason}
            for one in told[:SHOWN]
        ],
        "products": [_place(one) for one in inside[:SHOWN]],
    }


def _place(one: Open) -> dict[str, Any]:
    return {
        "host": one.host.pk,
        "host_name": one.host.name,
        "package": one.clock.of.package,
        "version": one.version,
        "fixed": one.fixed,
        "state": one.clock.state.value,
        "undecided": one.undecided,
        "why": one.why,
        "weak_since": one.clock.of.weak_since,
        "fix_seen": one.clock.of.fix_seen_at,
        "fix_offered": one.clock.of.fix_offered_at,
        "due": one.clock.due_at,
        "ended": one.clock.ended_at,
        "shown_by": one.shown_by,
        "ended_by": one.ended_by,
        "unsaid_since": one.unsaid_at,
    }
