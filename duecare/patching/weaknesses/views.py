"""Pages of weaknesses: what is open in the order of work, and an advisory with every host it touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from duecare.errors import NotFound
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.patching.bills.models import Contained
from duecare.patching.software.models import Installed
from duecare.patching.software.views import AREA, HOSTS_AREA
from duecare.patching.weaknesses import queries, ratings
from duecare.patching.weaknesses.clocks import AGES
from duecare.patching.weaknesses.figures import last_figures
from duecare.patching.weaknesses.models import Advisory, Rating
from duecare.patching.weaknesses.placing import Points, weight
from duecare.patching.weaknesses.queries import Open
from duecare.patching.weaknesses.urgency import Ranked, Urgency
from duecare.patching.weaknesses.words import STATES, URGENCIES
from duecare.systems.exposure import known
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

AT_ONCE = 50
"""Hosts that a page of an advisory names."""
PRODUCTS = 500
"""Products that it names."""
RATINGS = 20
"""Changes of what is known of an advisory that its page tells."""


def _address(row: Advisory) -> str:
    return reverse("advisory", args=[row.pk])


def _verdict(row: Any) -> str:
    if not row.decided:
        return gettext("Undecided")
    return gettext("There is a fix") if row.fix else gettext("No fix known")


WEAKNESSES: Listing[Advisory] = Listing(
    name="weaknesses",
    caption=_("Weaknesses"),
    columns=(
        Column("points", _("Points"), lambda row: row.points, Kind.NUMBER, order="points"),
        Column("id", _("Advisory"), lambda row: row.pk, Kind.MONO, _address, "id"),
        Column("urgency", _("Class"), lambda row: str(URGENCIES[Urgency(row.urgency)])),
        Column("why", _("Why"), lambda row: row.ranked_because),
        Column("summary", _("What it is"), lambda row: row.summary or None),
        Column("fix", _("Fix"), _verdict),
        Column("hosts", _("Hosts"), lambda row: row.hosts, Kind.NUMBER),
        Column("products", _("Products"), lambda row: getattr(row, "products", 0), Kind.NUMBER),
        Column("since", _("Known since"), lambda row: getattr(row, "since", None), Kind.DATE),
    ),
    sort=("-points", "id"),
    search=("id", "summary"),
    filters=(
        Filter(
            "state",
            _("State"),
            lambda value: Q(open=value == "open"),
            choices=(("open", _("Open")), ("closed", _("Closed everywhere"))),
        ),
        Filter("urgency", _("Class"), "urgency", choices=tuple((k.value, v) for k, v in URGENCIES.items())),
        Filter(
            "fix",
            _("Fix"),
            lambda value: Q(fix=value == "yes"),
            choices=(("yes", _("There is one")), ("no", _("None known"))),
        ),
        Filter("name", _("CVE or other name"), "names__name__iexact", FilterKind.TEXT),
    ),
    complete=queries.count_hosts,
    empty=Empty(
        _("No weaknesses are known"),
        _("That says nothing until feeds of advisories were taken in and hosts have reported."),
    ),
)


@require_safe
def weaknesses(request: Request) -> HttpResponseBase:
    """What advisories say of our software, what to mend first at the top."""
    viewer = demand_area(request, AREA)
    context: dict[str, Any] = {}
    if not request.GET.get("format"):
        figures = last_figures()
        heads = [*(gettext("up to %s") % age for age in AGES), gettext("older")]
        counts = figures.open if figures else []
        context = {
            "matching": queries.last_matching(),
            "figures": figures,
            "open": [(URGENCIES[of], list(zip(heads, row, strict=True))) for of, row in counts],
        }
    return show(
        request, WEAKNESSES, queries.advisories(viewer), template="patching/weaknesses.html", context=context
    )


def find_advisories(name: str, viewer: Viewer) -> list[Advisory]:
    """The advisories that go by a name. Raises NotFound if none is about software of ours."""
    found = queries.called(name, viewer)
    if not found:
        raise NotFound(
            gettext("No advisory of that name is about software of ours, as far as was looked."),
            gettext("Look in the list of weaknesses, and at how fresh the feeds are."),
        )
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """A host that an advisory touches or touched, and how much it weighs there."""

    open: Open
    ranked: Ranked


def places(rows: QuerySet[Installed], found: Iterable[Advisory], now: datetime) -> list[Place]:
    """Every host that they touch or touched: what is open first, then what weighs most, the soonest due."""
    advisories = list(found)
    told = list(queries.clocks(rows, now, [one.pk for one in advisories]))
    points = Points(advisories, known({one.host.pk for one in told}), queries.weights())
    rated = [Place(one, points.of(one.clock.of.advisory, one.host.pk)) for one in told]
    return sorted(rated, key=lambda place: _urgency_of(place, now))


def products(rows: QuerySet[Contained], found: Iterable[Advisory], now: datetime) -> list[Open]:
    """The same of products, of which no exposure is known: what is open first, the soonest due first."""
    told = queries.clocks_of_products(rows, now, [one.pk for one in found])
    return sorted(told, key=lambda one: (not one.clock.open, one.clock.due_at or now, one.host.name))


def _urgency_of(place: Place, now: datetime) -> tuple[bool, int, datetime, str, str]:
    one = place.open
    return (
        not one.clock.open,
        -place.ranked.points if one.clock.open else 0,
        one.clock.due_at or now,
        one.host.name,
        one.clock.of.package,
    )


@dataclass(frozen=True, slots=True)
class Graded:
    """An advisory, and how grave it was known to be on the day in view."""

    advisory: Advisory
    grade: Advisory | Rating | None
    """None where that was not kept yet."""
    before: tuple[tuple[Rating, Any], ...]
    """All that was known by then, the newest first, each with the word for its class."""

    @property
    def label(self) -> Any:
        return None if self.grade is None else URGENCIES[Urgency(self.grade.urgency)]


def graded(found: Iterable[Advisory]) -> Iterator[Graded]:
    """Each with what was known of it on the day in view."""
    view, advisories = asof.current(), list(found)
    told = ratings.history([one.pk for one in advisories], None if view is None else view.size)
    for one in advisories:
        rows = told.get(one.pk, [])[:RATINGS]
        grade: Advisory | Rating | None = one if view is None else rows[0] if rows else None
        yield Graded(one, grade, tuple((row, URGENCIES[Urgency(row.urgency)]) for row in rows))


@require_safe
def advisory(request: Request, name: str) -> HttpResponseBase:
    """An advisory, or all that go by the name of a CVE: every host and product that it touches or touched.

    Hosts come in pages, where it is open first, of these where it weighs most.
    """
    viewer = demand_area(request, AREA)
    found = find_advisories(name, viewer)
    rows = Installed.objects.all().visible_to(viewer)
    hosts = queries.touched(rows, [one.pk for one in found], weight(queries.weights()))
    page = Paginator(hosts.hosts, AT_ONCE).get_page(request.GET.get("page"))
    keys = {key: place for place, key in enumerate(page.object_list)}
    told = places(rows.filter(host__in=keys), found, request.view_now)
    told.sort(key=lambda place: keys[place.open.host.pk])
    inside = products(Contained.objects.all().visible_to(viewer), found, request.view_now)
    context = {
        "name": name,
        "advisories": list(graded(found)),
        "rows": [(one.open, one.ranked, STATES[one.open.clock.state]) for one in told],
        "page": page,
        "open": hosts.open,
        "products": [(one, STATES[one.clock.state]) for one in inside[:PRODUCTS]],
        "products_more": max(0, len(inside) - PRODUCTS),
        "open_products": len({one.host.pk for one in inside if one.clock.open}),
        "hosts_url": viewer.covers(HOSTS_AREA),
        "matching": queries.last_matching(),
    }
    return render(request, "patching/advisory.html", context)
