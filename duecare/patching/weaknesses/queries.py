"""What pages and checks ask of weak software: clocks of each host, advisories and how many hosts they touch.

A past day is answered by what had been recorded by then, as in `software/queries.py`. What KEV, EPSS, SSVC
and CVSS say is that of the last matching; what was known of them on a past day, `ratings.py` tells.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.patching.bills.models import BillReflected, Contained, Product
from duecare.patching.bills.queries import is_contained, is_told, newest_bills, told_at
from duecare.patching.software.models import Installed, Reflected, Software
from duecare.patching.software.queries import is_there
from duecare.patching.weaknesses.clocks import Clock, Weakness, clock
from duecare.patching.weaknesses.models import Advisory, Matching, Weak
from duecare.patching.weaknesses.urgency import Urgency, Weights
from duecare.program.queries import current_targets
from duecare.systems.models import Host

PROMISES: Mapping[Urgency, str] = {urgency: f"fix_days_{urgency.value}" for urgency in Urgency}
"""The target that holds the days promised for a class."""
WEIGHTS = ("kev", "epss", "ssvc", "exposure", "data", "cvss")


def promised() -> dict[Urgency, int]:
    """The days promised for each class."""
    targets = current_targets()
    return {urgency: targets[id].value for urgency, id in PROMISES.items()}


def weights() -> Weights:
    """What each signal weighs."""
    targets = current_targets()
    return Weights(**{name: targets[f"order_weight_{name}"].value for name in WEIGHTS})


def last_matching() -> Matching | None:
    """The last time that software was held against the feeds."""
    return Matching.objects.first()


# ── Which rows hold ──────────────────────────────────────────────────────────────────────────────────────


def known() -> Q:
    """That a row of Weak had been written by the day in view."""
    view = asof.current()
    return Q() if view is None else Q(since_index__lt=view.size)


def _said_by_then(path: str, **of: Any) -> Q:
    """That a row of Weak, at the end of a path and of these values, had been written by the day in view."""
    view = asof.current()
    known_by = {} if view is None else {f"{path}since_index__lt": view.size}
    return Q(**known_by, **{f"{path}{name}": value for name, value in of.items()})


def told() -> Q:
    """That a row of Installed had been told by the day in view."""
    view = asof.current()
    return Q() if view is None else Q(since_index__lt=view.size)


# ── Advisories ───────────────────────────────────────────────────────────────────────────────────────────


def advisories(viewer: Viewer) -> QuerySet[Advisory]:
    """Those that had named software of ours by the day in view.

    Each with how many products have it (`products`), whether anything does (`open`), since when we know
    (`since`), whether any of it is `decided`, and whether a `fix` is known; hosts, `count_hosts` counts.
    """
    said = Weak.objects.filter(known(), advisory=OuterRef("pk")).order_by()
    weak = _said_by_then("software__weak__", advisory=OuterRef("pk"))
    there = Installed.objects.filter(is_there(), weak).order_by()
    inside = Contained.objects.filter(is_contained(), weak).order_by()
    sure = said.filter(undecided=False)
    held = inside.values("software__weak__advisory").annotate(n=Count("product", distinct=True)).values("n")
    first = said.values("advisory").annotate(first=Min("since")).values("first")
    rows: QuerySet[Advisory] = Advisory.objects.all().visible_to(viewer)
    return rows.filter(Exists(said)).annotate(
        products=Coalesce(Subquery(held, output_field=IntegerField()), 0),
        since=Subquery(first),
        open=Q(Exists(there)) | Q(Exists(inside)),
        decided=Exists(sure),
        fix=Exists(said.exclude(fixed="")),
    )


def count_hosts(rows: Sequence[Advisory]) -> None:
    """Put to each advisory on how many hosts it is open on the day in view (`hosts`).

    Those that weigh most touch the same software on thousands of hosts, and a host with several of its
    packages counts once. So what is installed is read once for all of them, a bit a host.
    """
    weak = Weak.objects.filter(known(), advisory__in=[row.pk for row in rows])
    there = Installed.objects.filter(is_there(), software__in=weak.values("software"))
    places: dict[str, int] = {}
    having: dict[int, int] = {}
    by_software: dict[int, list[int]] = {}
    for software, host in there.values_list("software_id", "host_id").iterator(chunk_size=10_000):
        by_software.setdefault(software, []).append(places.setdefault(host, len(places)))
    for software, held in by_software.items():
        bits = bytearray(len(places) // 8 + 1)
        for place in held:
            bits[place >> 3] |= 1 << (place & 7)
        having[software] = int.from_bytes(bits, "little")
    found: dict[str, int] = {}
    for advisory, software in weak.values_list("advisory_id", "software_id"):
        found[advisory] = found.get(advisory, 0) | having.get(software, 0)
    for row in rows:
        row.hosts = found.get(row.pk, 0).bit_count()


def called(name: str, viewer: Viewer) -> list[Advisory]:
    """The advisories that go by a name, their own or that of a CVE, the heaviest first."""
    rows = advisories(viewer).filter(names__name=name)
    return list(rows.order_by("-points", "pk"))


def advisories_about(viewer: Viewer, package: str, most: int) -> list[Advisory]:
    """At most so many that say of any version of a package that it is weak, the heaviest first."""
    of_package = Weak.objects.filter(known(), software__package=package)
    rows = advisories(viewer).filter(pk__in=of_package.values("advisory")).order_by("-points", "pk")
    found = list(rows[:most])
    count_hosts(found)
    return found


# ── Clocks ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Open:
    """One weakness of one host, or of one product, with its clock and what it rests on."""

    clock: Clock
    host: Host | Product
    version: str
    fixed: str
    why: str
    undecided: bool
    unsaid_at: datetime | None
    shown_by: int
    """The entry of the report, or bill, that first showed it here."""
    ended_by: int | None
    """The entry of the report, bill or removal that ended it."""
    by_advisory: bool = False
    """Whether the first sight of its fix is known of the advisory only, and may be of another package."""


class _Row(NamedTuple):
    """What counts of a row of Installed or Contained: a fleet has millions, as models ten times as slow."""

    place: str
    """Key of the host, or of the product."""
    name: str
    since_index: int
    until_index: int | None
    since: datetime
    until: datetime | None
    software: int
    version: str


class _Said(NamedTuple):
    """What counts of a row of Weak and of its advisory."""

    software: int
    advisory: str
    undecided: bool
    fixed: str
    why: str
    fix_seen_at: datetime | None
    fix_by_advisory: bool
    unsaid_at: datetime | None
    urgency: str
    published: datetime | None


_ROW = (
    "software__name",
    "since_index",
    "until_index",
    "since",
    "until",
    "software_id",
    "software__version",
)
_SAID = (
    "software_id",
    "advisory_id",
    "undecided",
    "fixed",
    "why",
    "fix_seen_at",
    "fix_by_advisory",
    "unsaid_at",
    "advisory__urgency",
    "advisory__published",
)


def clocks(rows: QuerySet[Installed], now: datetime, advisories: Iterable[str] = ()) -> Iterator[Open]:
    """The weaknesses of what these rows say is installed, as they stand in view; closed ones too.

    `advisories` narrows them to those under some ids.
    """
    chosen = list(advisories)
    found = _read(weak_rows(rows, chosen), "host_id")
    # Not `in_bulk`, which asks for a thousand at a time.
    hosts = {host.pk: host for host in Host.objects.filter(pk__in={row.place for row in found}).order_by()}
    last = dict(
        Reflected.objects.filter(host__in=hosts, counted=True)
        .exclude(report=None)
        .order_by()
        .values_list("host")
        .annotate(newest=Max("told_at"))
    )
    return _clocks(found, chosen, hosts, last, _context(found, now))


def clocks_of_products(
    rows: QuerySet[Contained], now: datetime, advisories: Iterable[str] = ()
) -> Iterator[Open]:
    """The weaknesses of what bills say products contain, as `clocks` tells those of hosts.

    A clock begins with the bill that first showed the weak version, or our first sight of a fix if that is
    later; it ends with a later bill that shows another version.
    """
    chosen = list(advisories)
    found = _read(rows.filter(is_told(), _is_weak(chosen)), "product_id")
    products = Product.objects.in_bulk({row.place for row in found})
    last = {key: told_at(bill) for key, bill in newest_bills(products).items()}
    endings = BillReflected.objects.filter(product__in=list(products), ending=True)
    unlooked = _not_looked_at_in(products, {row.name for row in found})
    context = _Context(promised(), set(endings.values_list("index", flat=True)), unlooked, now)
    return _clocks(found, chosen, products, last, context)


def _read(rows: QuerySet[Any], place: str) -> list[_Row]:
    """In the order of places, and of packages in each."""
    told = rows.order_by(place, "software__name", "since_index").values_list(place, *_ROW)
    return [_Row(*row) for row in told]


def _clocks(
    rows: list[_Row],
    advisories: Sequence[str],
    places: Mapping[str, Host | Product],
    last: Mapping[str, datetime],
    context: _Context,
) -> Iterator[Open]:
    said = Weak.objects.filter(known())
    if advisories:
        said = said.filter(advisory__in=advisories)
    weak: dict[int, list[_Said]] = {}
    for told in said.filter(software__in={row.software for row in rows}).order_by().values_list(*_SAID):
        one = _Said(*told)
        weak.setdefault(one.software, []).append(one)
    for (place, _name), group in groupby(rows, key=lambda row: (row.place, row.name)):
        if place not in places:
            continue
        pairs = [(row, one) for row in group for one in weak.get(row.software, ())]
        pairs.sort(key=lambda pair: (pair[1].advisory, pair[0].since_index))
        for _advisory, same in groupby(pairs, key=lambda pair: pair[1].advisory):
            for chain in _chains(list(same)):
                yield _opened(chain, places[place], last.get(place), context)


def weak_rows(rows: QuerySet[Installed], advisories: Sequence[str] = ()) -> QuerySet[Installed]:
    """Those of the rows whose software is weak, or weak by some advisories, as far as was told by the day."""
    return rows.filter(told(), _is_weak(advisories))


def _is_weak(advisories: Sequence[str]) -> Q:
    """That a row's software is weak, or weak by some advisories, as far as was known by the day."""
    if advisories:
        weak = Weak.objects.filter(known(), advisory__in=advisories)
        return Q(software__in=weak.order_by().values("software"))
    return Q(Exists(Weak.objects.filter(known(), software=OuterRef("software"))))


@dataclass(frozen=True, slots=True)
class Touched:
    """The hosts that some advisories touch or touched, in the order of work."""

    hosts: list[str]
    """Their keys: where it is open first, of these where it weighs most, then where it has been longest."""
    open: int
    """On how many of them it is open."""


def touched(
    rows: QuerySet[Installed], advisories: Sequence[str], weight: Case | CombinedExpression
) -> Touched:
    """The hosts that have, or had, what these advisories say is weak: found without reading any clock.

    `weight` is what a row's host adds to the points (`placing.weight`).
    """
    weak = weak_rows(rows, advisories)
    there = is_there()
    if names := _names_not_looked_at(weak):
        waiting = Installed.objects.filter(is_there(), software__name__in=names).order_by()
        there |= Q(host__in=waiting.values("host"))
    hosts = (
        weak.order_by()
        .values("host")
        .annotate(open=Max(Case(When(there, then=1), default=0)), weighs=Max(weight), first=Min("since"))
        .order_by("-open", "-weighs", "first", "host")
        .values_list("host", "open")
    )
    told = list(hosts)
    return Touched([key for key, _open in told], sum(open for _key, open in told))


def _names_not_looked_at(rows: QuerySet[Installed]) -> list[str]:
    """The packages among these rows of which a version is anywhere that was not looked at by the day."""
    names = Software.objects.filter(pk__in=rows.order_by().values("software")).values("name")
    waiting = Software.objects.filter(name__in=names).exclude(_looked_at())
    return list(waiting.order_by().values_list("name", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class _Context:
    """What all clocks of one question share."""

    days: Mapping[Urgency, int]
    removals: Container[int]
    """The entries by which hosts were removed: they show nothing of their software."""
    not_looked_at: Container[tuple[str, str]]
    """Host, or product, and package of versions that were not held against the feeds by the day in view."""
    now: datetime


def _context(rows: Sequence[_Row], now: datetime) -> _Context:
    """For the hosts where a version ended: of the others nothing more needs to be known."""
    ended = {row.place for row in rows if _ended_index(row) is not None}
    if not ended:
        return _Context(promised(), (), (), now)
    removals = set(Reflected.objects.filter(host__in=ended, report=None).values_list("index", flat=True))
    return _Context(promised(), removals, _not_looked_at(ended, [row.name for row in rows]), now)


def _looked_at(software: str = "") -> Q:
    """That software was held against the feeds by the day in view: today, by the last matching."""
    view, matching = asof.current(), last_matching()
    if view is not None:
        return Q(**{f"{software}first_looked__lt": view.size, f"{software}first_looked__isnull": False})
    index = matching.index if matching else None
    return Q(**{f"{software}looked": index, f"{software}looked__isnull": False})


def _not_looked_at(hosts: Iterable[str], names: Iterable[str]) -> set[tuple[str, str]]:
    """A version that took another's place may be as weak: until it was looked at, nothing is shown fixed."""
    there = Installed.objects.filter(is_there(), host__in=list(hosts), software__name__in=set(names))
    waiting = there.exclude(_looked_at("software__"))
    return set(waiting.order_by().values_list("host", "software__name"))


def _not_looked_at_in(products: Iterable[str], names: Iterable[str]) -> set[tuple[str, str]]:
    """The same of products."""
    there = Contained.objects.filter(is_contained(), product__in=list(products))
    waiting = there.filter(software__name__in=set(names)).exclude(_looked_at("software__"))
    return set(waiting.order_by().values_list("product", "software__name"))


def _chains(pairs: list[tuple[_Row, _Said]]) -> Iterator[list[tuple[_Row, _Said]]]:
    """Weak versions that followed one another without a report, or bill, in between that showed none."""
    chain: list[tuple[_Row, _Said]] = []
    for row, weak in pairs:
        if chain and not any(_follows(before, row) for before, _weak in chain):
            yield chain
            chain = []
        chain.append((row, weak))
    if chain:
        yield chain


def _follows(before: _Row, after: _Row) -> bool:
    ended = _ended_index(before)
    return ended is None or after.since_index <= ended


def _ended_index(row: _Row) -> int | None:
    if row.until_index is None:
        return None
    view = asof.current()
    return None if view is not None and row.until_index >= view.size else row.until_index


def _opened(
    chain: list[tuple[_Row, _Said]],
    place: Host | Product,
    last: datetime | None,
    context: _Context,
) -> Open:
    now, first = context.now, chain[0][0]
    # Of several versions at once the one that is still there is shown.
    newest, weak = max(chain, key=lambda pair: (_ended_index(pair[0]) is None, pair[0].since_index))
    # A chain ends when the last of its versions did; older versions of the same package may end together.
    ends = [_ended_index(row) for row, _weak in chain]
    ended = None if None in ends else max(index for index in ends if index is not None)
    unlooked = ended is not None and (place.pk, newest.name) in context.not_looked_at
    if unlooked and ended not in context.removals:
        ended = None
    until = next((row.until for row, _weak in chain if row.until_index == ended), None)
    removed = until if ended is not None and ended in context.removals else None
    fixes = [(one.fix_seen_at, one.fix_by_advisory) for _row, one in chain if one.fix_seen_at is not None]
    fix_seen_at, by_advisory = min(fixes, default=(None, False))
    weakness = Weakness(
        host=place.pk,
        package=newest.name,
        advisory=weak.advisory,
        urgency=Urgency(weak.urgency),
        weak_since=first.since,
        fix_seen_at=fix_seen_at,
        fix_offered_at=weak.published,
        shown_fixed_at=None if removed else until,
        removed_at=removed,
        last_report_at=last,
    )
    return Open(
        clock(weakness, context.days, now),
        place,
        newest.version,
        weak.fixed,
        _("another version came and was not looked at yet") if unlooked else weak.why,
        weak.undecided or unlooked,
        weak.unsaid_at if weak.unsaid_at and weak.unsaid_at <= now else None,
        first.since_index,
        ended,
        by_advisory,
    )
