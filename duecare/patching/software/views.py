"""Pages of software: what is installed anywhere, one package, one host, and who runs what below a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from duecare.errors import BadInput, NotFound
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.patching.bills import lists as product_lists
from duecare.patching.bills.models import Contained
from duecare.patching.software import queries
from duecare.patching.software.installed import ECOSYSTEMS
from duecare.patching.software.models import Installed, Reflected, Software
from duecare.patching.weaknesses.models import Advisory
from duecare.patching.weaknesses.placing import Points
from duecare.patching.weaknesses.queries import advisories_about, clocks, weights
from duecare.patching.weaknesses.urgency import Urgency, host_words
from duecare.patching.weaknesses.words import STATES, URGENCIES
from duecare.systems.exposure import NOTHING, known
from duecare.systems.models import Host
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

AREA = "patching"
HOSTS_AREA = "systems"
"""Whose area covers it may follow a host's name to its page."""
LISTED = 100
"""Weaknesses that the page of a host or package names."""
CHOICES = tuple((name, name) for name in ECOSYSTEMS)


def _of(row: Software) -> str:
    """The ecosystem with its release: "Debian 12", "npm"."""
    return f"{row.ecosystem} {row.release}".strip()


def _package(row: Software) -> str:
    return reverse("package", args=[row.package])


def _version(row: Software) -> str:
    return row.version if row.key is not None else gettext("%s (order undecided)") % row.version


# ── What there is ────────────────────────────────────────────────────────────────────────────────────────

SOFTWARE: Listing[Software] = Listing(
    name="software",
    caption=_("Software"),
    columns=(
        Column("name", _("Name"), lambda row: row.name, Kind.MONO, _package, "name"),
        Column("version", _("Version"), _version, Kind.MONO, export=lambda row: row.version),
        Column("ecosystem", _("Of"), _of, order="ecosystem", export=lambda row: row.ecosystem),
        Column("release", _("Release"), lambda row: row.release or None),
        Column("source", _("Built from"), lambda row: row.source or None, Kind.MONO),
        Column("source_version", _("Version of that"), lambda row: row.source_version or None, Kind.MONO),
        Column("hosts", _("Hosts"), lambda row: getattr(row, "hosts", 0), Kind.NUMBER),
        Column("products", _("Products"), lambda row: getattr(row, "products", 0), Kind.NUMBER),
    ),
    sort=("name",),
    search=("name", "source"),
    filters=(
        Filter("name", _("Name begins with"), "name__istartswith", FilterKind.TEXT),
        Filter("ecosystem", _("Of"), "ecosystem", choices=CHOICES),
        Filter("release", _("Release"), "release", FilterKind.TEXT),
        Filter(
            "order",
            _("Order of its version"),
            lambda value: Q(key__isnull=value == "undecided"),
            choices=(("decided", _("Decided")), ("undecided", _("Undecided"))),
        ),
    ),
    empty=Empty(
        _("No software yet"),
        _(
            "Run “duecare assess” on this machine, or import the report of another: "
            "it tells what is installed."
        ),
    ),
)
IN_FILES = frozenset(("release", "source_version"))
"""Columns that only CSV and JSON have."""


def _for(request: Request, listing: Listing[Any], in_files: frozenset[str]) -> Listing[Any]:
    """The list as the page shows it, or as a file has it."""
    if request.GET.get("format"):
        return listing
    return replace(listing, columns=tuple(one for one in listing.columns if one.key not in in_files))


@require_safe
def software(request: Request) -> HttpResponseBase:
    """What is installed anywhere. An address that asks below which version leads to that question's page."""
    viewer = demand_area(request, AREA)
    if "below" in request.GET or "on" in request.GET:
        return redirect(f"{reverse('software-asked')}?{request.GET.urlencode()}")
    listing = _for(request, SOFTWARE, IN_FILES)
    return show(request, listing, queries.software(viewer), template="patching/software.html")


# ── Where it is ──────────────────────────────────────────────────────────────────────────────────────────


def _host_link(viewer: Viewer) -> Any:
    return lambda row: reverse("host", args=[row.host_id]) if viewer.covers(HOSTS_AREA) else ""


def _ended(row: Installed) -> datetime | None:
    ended: datetime | None = getattr(row, "ended", None)
    return ended


_STATE = Filter(
    "state",
    _("State"),
    lambda value: queries.is_there() if value == "there" else ~queries.is_there(),
    choices=(("there", _("There")), ("gone", _("Gone"))),
)


def hosts_listing(viewer: Viewer) -> Listing[Installed]:
    """The hosts of one package."""
    return Listing(
        name="package-hosts",
        caption=_("Hosts that have it, or had it"),
        columns=(
            Column("host", _("Host"), lambda row: row.host.name, Kind.MONO, _host_link(viewer), "host__name"),
            Column(
                "version",
                _("Version"),
                lambda row: _version(row.software),
                Kind.MONO,
                export=lambda row: row.software.version,
            ),
            Column("of", _("Of"), lambda row: _of(row.software)),
            Column("since", _("Seen since"), lambda row: row.since, Kind.DATE, order="since"),
            Column("until", _("Gone since"), _ended, Kind.DATE),
        ),
        sort=("-since",),
        filters=(
            _STATE,
            Filter("version", _("Version"), "software__version", FilterKind.TEXT),
            Filter("host", _("Host begins with"), "host__name__istartswith", FilterKind.TEXT),
        ),
        empty=Empty(_("On no host"), _("Look at the whole list of software.")),
    )


def package_rows(viewer: Viewer, key: str) -> QuerySet[Installed]:
    """Where a package is or was, by the day in view."""
    rows = queries.installed(viewer).filter(software__package=key)
    return rows.select_related("software").prefetch_related("host")


def find_package(viewer: Viewer, key: str) -> list[queries.Version]:
    """The versions of a package. Raises NotFound if none had been told of by the day in view."""
    found = queries.versions(viewer, key)
    if not found:
        raise NotFound(gettext("There is no such package."), gettext("Look in the list of software."))
    return found


@require_safe
def package(request: Request, key: str) -> HttpResponseBase:
    """A package: its versions, on how many hosts each is, and since when which host has it or had it."""
    viewer = demand_area(request, AREA)
    found = find_package(viewer, key)
    first = found[0].software
    # What contains it now stands before what did.
    inside = product_lists.package_rows(viewer, key).order_by(
        F("ended").desc(nulls_first=True), "-since", "pk"
    )
    context = {
        "name": first.name,
        "of": first.ecosystem,
        "sources": sorted({one.software.source for one in found if one.software.source}),
        "versions": [(one, _of(one.software)) for one in found],
        "ask_url": f"{reverse('software-asked')}?{urlencode({'name': first.name})}",
        "weak": [(one, URGENCIES[Urgency(one.urgency)]) for one in advisories_about(viewer, key, LISTED)],
        "products": list(inside[:LISTED]),
        "products_more": max(0, inside.count() - LISTED),
    }
    listing, rows = hosts_listing(viewer), package_rows(viewer, key)
    return show(request, listing, rows, template="patching/package.html", context=context)


# ── One host ─────────────────────────────────────────────────────────────────────────────────────────────

OF_HOST: Listing[Installed] = Listing(
    name="host-software",
    caption=_("Software of this host"),
    columns=(
        Column(
            "name",
            _("Name"),
            lambda row: row.software.name,
            Kind.MONO,
            lambda row: _package(row.software),
            "software__name",
        ),
        Column(
            "version",
            _("Version"),
            lambda row: _version(row.software),
            Kind.MONO,
            export=lambda row: row.software.version,
        ),
        Column("of", _("Of"), lambda row: _of(row.software)),
        Column("since", _("Seen since"), lambda row: row.since, Kind.DATE, order="since"),
        Column("until", _("Gone since"), _ended, Kind.DATE),
    ),
    sort=("software__name",),
    search=("software__name",),
    filters=(
        _STATE,
        Filter("ecosystem", _("Of"), "software__ecosystem", choices=CHOICES),
    ),
    empty=Empty(
        _("Nothing is known of its software"), _("Import a report of it that tells what is installed.")
    ),
)


def host_rows(viewer: Viewer, key: str) -> QuerySet[Installed]:
    """What a host has or had, by the day in view."""
    return queries.installed(viewer).filter(host=key).select_related("software")


def find_host(viewer: Viewer, key: str) -> Host:
    """The host, of the day in view. Its name is of patching too, its page of systems alone."""
    found = Host.objects.filter(pk=key).first() if viewer.covers(AREA) and viewer.reads else None
    if found is None:
        raise NotFound(gettext("There is no such host."), gettext("Look in the list of hosts."))
    return found


@require_safe
def host_software(request: Request, key: str) -> HttpResponseBase:
    """What a host has and had, since when, and how far that is known."""
    viewer = demand_area(request, AREA)
    found = find_host(viewer, key)
    context = {
        "host": found,
        "host_url": reverse("host", args=[key]) if viewer.covers(HOSTS_AREA) else "",
        "system_at": _last_whole(key, request.view_now, system=True),
        "languages_at": _last_whole(key, request.view_now, languages=True),
        "weak": _weak(queries.installed(viewer).filter(host=key), key, request.view_now),
    }
    return show(request, OF_HOST, host_rows(viewer, key), template="patching/host.html", context=context)


def _weak(rows: QuerySet[Installed], host: str, now: datetime) -> dict[str, Any]:
    """What is open on a host, what is due first at the top."""
    found = [one for one in clocks(rows, now) if one.clock.open]
    found.sort(key=lambda one: (one.clock.due_at is None, one.clock.due_at or now, one.clock.of.package))
    here = known([host])
    about = Advisory.objects.filter(pk__in={one.clock.of.advisory for one in found[:LISTED]}).order_by()
    points = Points(about, here, weights())
    shown = [
        (
            one,
            points.of(one.clock.of.advisory, host),
            URGENCIES[one.clock.of.urgency],
            STATES[one.clock.state],
        )
        for one in found[:LISTED]
    ]
    words = host_words(here.get(host, NOTHING).internet, here.get(host, NOTHING).holds_data)
    more = max(0, len(found) - LISTED)
    return {"shown": shown, "count": len(found), "more": more, "host_words": words}


def _last_whole(key: str, moment: datetime, **part: bool) -> Reflected | None:
    """The last report that told all packages of a kind."""
    return queries.reports(moment).filter(host=key, **part).first()


# ── Who runs what ────────────────────────────────────────────────────────────────────────────────────────


def _at(moment: datetime) -> Q:
    """What was there at a moment, as far as was told by the day in view (`ended`)."""
    return Q(since__lte=moment) & (Q(ended=None) | Q(ended__gt=moment))


def end_of(day: str) -> datetime:
    """The end of a day in the organisation's zone."""
    return timezone.make_aware(
        datetime.combine(date.fromisoformat(day) + timedelta(days=1), datetime.min.time())
    )


def given_in(parameters: QueryDict) -> dict[str, str]:
    """The parameters of an address; of one that is given twice the list says so."""
    return {key: str(parameters[key]).strip() for key in parameters if parameters[key]}


def demand_name(request: Request) -> dict[str, str]:
    """The parameters of a question. Raises BadInput if it does not say which software."""
    given = given_in(request.GET)
    if not given.get("name"):
        raise BadInput(
            gettext("The question does not say which software."), gettext("Give its name."), "name"
        )
    return given


def asked_listing(viewer: Viewer, given: Mapping[str, str], now: datetime) -> Listing[Installed]:
    """The answer to: which hosts ran `name` below a version on a day?"""
    keys = queries.keys_of(given.get("below", ""))
    moment = moment_of(given, now)

    def answer(row: Installed) -> str:
        if not given.get("below"):
            return "there"
        return "below" if queries.is_decided(row.software, keys) else "undecided"

    def known(row: Installed) -> str:
        told = getattr(row, "told", None)
        return "known" if told and moment - told <= queries.FRESH else "unknown"

    words = {
        "there": gettext("had it"),
        "below": gettext("below"),
        "undecided": gettext("undecided"),
        "known": gettext("known"),
        "unknown": gettext("not known since"),
    }

    @cache
    def called(name: str) -> Q:
        return _among(queries.called(name))

    @cache
    def below(version: str) -> Q:
        named = queries.called(given["name"]) if given.get("name") else Q()
        return _among(named & queries.below(version))

    return Listing(
        name="software-asked",
        caption=_("Hosts that had it"),
        columns=(
            Column("host", _("Host"), lambda row: row.host.name, Kind.MONO, _host_link(viewer), "host__name"),
            Column(
                "name",
                _("Name"),
                lambda row: row.software.name,
                Kind.MONO,
                lambda row: _package(row.software),
            ),
            Column("version", _("Version"), lambda row: row.software.version, Kind.MONO),
            Column("of", _("Of"), lambda row: _of(row.software)),
            Column("answer", _("Answer"), lambda row: words[answer(row)], export=answer),
            Column("since", _("Seen since"), lambda row: row.since, Kind.DATE),
            Column("known", _("On that day"), lambda row: words[known(row)], export=known),
            Column("told", _("Last report by then"), lambda row: getattr(row, "told", None), Kind.DATE),
        ),
        sort=("host__name",),
        filters=(
            Filter(
                "name",
                _("Name, or what it is built from"),
                called,
                FilterKind.TEXT,
            ),
            Filter("below", _("Below version"), below, FilterKind.TEXT),
            Filter("on", _("On the day"), lambda _day: _at(moment), FilterKind.UNTIL),
        ),
        empty=Empty(
            _("Say which software"), _("Give its name, a version, and a day; without a day it is today.")
        ),
    )


def _among(condition: Q) -> Q:
    """That it is one of the software of which something is true: few rows, which are found first."""
    return Q(software__in=list(Software.objects.filter(condition).values_list("pk", flat=True)))


def moment_of(given: Mapping[str, str], now: datetime) -> datetime:
    """The moment that is asked about: the end of a day, or `now` if that is earlier."""
    try:
        return min(end_of(given["on"]), now) if given.get("on") else now
    except ValueError:  # the list refuses it, and says how a day is written
        return now


def asked_products(
    viewer: Viewer, given: Mapping[str, str], now: datetime, hosts: Listing[Installed] | None = None
) -> tuple[Listing[Contained], QuerySet[Contained]]:
    """The same of products: the list, and the rows that the filters of the question narrow.

    `hosts` is the list of the same question that has been asked already, so that software is found once.
    """
    listing = product_lists.asked_listing(hosts or asked_listing(viewer, given, now), moment_of(given, now))
    return listing, product_lists.asked_rows(viewer, past=bool(given.get("on")))


def asked_rows(viewer: Viewer, given: Mapping[str, str], now: datetime) -> QuerySet[Installed]:
    """The rows that the filters of the question narrow; none before it says which software."""
    if not given.get("name"):
        if given.get("below") or given.get("on"):
            raise BadInput(
                gettext("The question does not say which software."), gettext("Give its name."), "name"
            )
        return Installed.objects.none()
    rows = queries.installed(viewer)
    rows = rows if given.get("on") else rows.filter(queries.is_there())
    rows = queries.with_last_report(rows, moment_of(given, now))
    return rows.select_related("software").prefetch_related("host")


@require_safe
def asked(request: Request) -> HttpResponseBase:
    """Which hosts had some software, below a version, on a day; and of which that was not known."""
    viewer = demand_area(request, AREA)
    listing = asked_listing(viewer, given_in(request.GET), request.view_now)
    rows = asked_rows(viewer, given_in(request.GET), request.view_now)
    context: dict[str, Any] = {}
    if request.GET.get("name", "").strip() and not request.GET.get("format"):
        given = listing.read(request.GET, Installed)
        moment = moment_of(given.values, request.view_now)
        reach = queries.reach(listing.narrow(rows, given), given.values["name"], moment)
        inside, contained = asked_products(viewer, given.values, request.view_now, listing)
        plain = request.GET.copy()
        for key in ("sort", "after", "before"):
            plain.pop(key, None)
        asked_of = inside.read(plain, Contained)
        contained = inside.narrow(contained, asked_of)
        context = {
            "reach": reach,
            "products": inside.page(contained, asked_of),
            "products_url": f"{reverse('products-asked')}?{plain.urlencode()}",
            "product_reach": product_lists.reach(viewer, contained, moment, queries.SHOWN),
            "moment": moment,
            "fresh": queries.FRESH.days,
            "viewer_sees_hosts": viewer.covers(HOSTS_AREA),
        }
    return show(request, listing, rows, template="patching/asked.html", context=context)
