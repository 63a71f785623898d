"""What pages and checks ask of weak software: clocks of each host, advisories and how many hosts they touch.

A past day is answered by what had been recorded by then, as in `software/queries.py`. What KEV, EPSS, SSVC
and CVSS say is that of the last matching; what was known of them on a past day, `ratings.py` tells.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.db.models import Count, Exists, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.patching.bills.models import BillReflected, Contained, Product
from duecare.patching.bills.queries import is_contained, is_told, newest_bills, told_at
from duecare.patching.software.models import Installed, Reflected
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


def told() -> Q:
    """That a row of Installed had been told by the day in view."""
    view = asof.current()
    return Q() if view is None else Q(since_index__lt=view.size)


# ── Advisories ───────────────────────────────────────────────────────────────────────────────────────────


def advisories(viewer: Viewer) -> QuerySet[Advisory]:
    """Those that had named software of ours by the day in view.

    Each with how many hosts have it (`hosts`) and how many products (`products`), whether any does (`open`),
    since when we know (`since`), whether any of it is `decided`, and whether a `fix` is known.
    """
    said = Weak.objects.filter(known(), advisory=OuterRef("pk")).order_by()
    there = Installed.objects.filter(is_there(), software__weak__advisory=OuterRef("pk")).order_by()
    inside = Contained.objects.filter(is_contained(), software__weak__advisory=OuterRef("pk")).order_by()
    sure = said.filter(undecided=False)
    held = inside.values("software__weak__advisory").annotate(n=Count("product", distinct=True)).values("n")
    counted = there.values("software__weak__advisory").annotate(n=Count("host", distinct=True)).values("n")
    first = said.values("advisory").annotate(first=Min("since")).values("first")
    rows: QuerySet[Advisory] = Advisory.objects.all().visible_to(viewer)
    return rows.filter(Exists(said)).annotate(
        hosts=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        products=Coalesce(Subquery(held, output_field=IntegerField()), 0),
        since=Subquery(first),
        open=Q(Exists(there)) | Q(Exists(inside)),
        decided=Exists(sure),
        fix=Exists(said.exclude(fixed="")),
    )


def called(name: str, viewer: Viewer) -> list[Advisory]:
    """The advisories that go by a name, their own or that of a CVE, the heaviest first."""
    rows = advisories(viewer).filter(names__name=name)
    return list(rows.order_by("-points", "pk"))


def advisories_about(viewer: Viewer, package: str) -> QuerySet[Advisory]:
    """Those that say of any version of a package that it is weak, the heaviest first."""
    of_package = Weak.objects.filter(known(), software__package=package)
    return advisories(viewer).filter(pk__in=of_package.values("advisory")).order_by("-points", "pk")


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
    advisory: Advisory = field(repr=False)
    by_advisory: bool = False
    """Whether the first sight of its fix is known of the advisory only, and may be of another package."""


def clocks(rows: QuerySet[Installed], now: datetime, advisories: Iterable[str] = ()) -> Iterator[Open]:
    """The weaknesses of what these rows say is installed, as they stand in view; closed ones too.

    `advisories` narrows them to those under some ids.
    """
    rows = rows.filter(told(), software__weak__isnull=False)
    said = Weak.objects.filter(known())
    chosen = list(advisories)
    if chosen:
        rows = rows.filter(software__weak__advisory__in=chosen)
        said = said.filter(advisory__in=chosen)
    found = list(
        rows.select_related("software").distinct().order_by("host_id", "software__name", "since_index")
    )
    weak = _by_software(said, {row.software_id for row in found})
    hosts = Host.objects.in_bulk({row.host_id for row in found})
    last = dict(
        Reflected.objects.filter(host__in=hosts, counted=True)
        .exclude(report=None)
        .order_by()
        .values_list("host")
        .annotate(newest=Max("told_at"))
    )
    removals = set(Reflected.objects.filter(host__in=hosts, report=None).values_list("index", flat=True))
    context = _Context(promised(), removals, _not_looked_at(hosts, [row.software.name for row in found]), now)
    for (host_id, _name), group in groupby(found, key=lambda row: (row.host_id, row.software.name)):
        if host_id in hosts:
            yield from _on_one(group, hosts[host_id], weak, last.get(host_id), context)


def clocks_of_products(
    rows: QuerySet[Contained], now: datetime, advisories: Iterable[str] = ()
) -> Iterator[Open]:
    """The weaknesses of what bills say products contain, as `clocks` tells those of hosts.

    A clock begins with the bill that first showed the weak version, or our first sight of a fix if that is
    later; it ends with a later bill that shows another version.
    """
    rows = rows.filter(is_told(), software__weak__isnull=False)
    said = Weak.objects.filter(known())
    chosen = list(advisories)
    if chosen:
        rows = rows.filter(software__weak__advisory__in=chosen)
        said = said.filter(advisory__in=chosen)
    found = list(
        rows.select_related("software").distinct().order_by("product_id", "software__name", "since_index")
    )
    weak = _by_software(said, {row.software_id for row in found})
    products = Product.objects.in_bulk({row.product_id for row in found})
    last = {key: told_at(bill) for key, bill in newest_bills(products).items()}
    endings = BillReflected.objects.filter(product__in=list(products), ending=True)
    unlooked = _not_looked_at_in(products, {row.software.name for row in found})
    context = _Context(promised(), set(endings.values_list("index", flat=True)), unlooked, now)
    for (product, _name), group in groupby(found, key=lambda row: (row.product_id, row.software.name)):
        if product in products:
            yield from _on_one(group, products[product], weak, last.get(product), context)


def _by_software(said: QuerySet[Weak], software: Iterable[int]) -> dict[int, list[Weak]]:
    weak: dict[int, list[Weak]] = {}
    for one in said.filter(software__in=software).select_related("advisory"):
        weak.setdefault(one.software_id, []).append(one)
    return weak


def _on_one(
    rows: Iterable[Installed | Contained],
    place: Host | Product,
    weak: Mapping[int, list[Weak]],
    last: datetime | None,
    context: _Context,
) -> Iterator[Open]:
    """The weaknesses of one package in all its versions on one host, or in one product."""
    pairs = [(row, one) for row in rows for one in weak.get(row.software_id, ())]
    pairs.sort(key=lambda pair: (pair[1].advisory_id, pair[0].since_index))
    for _advisory, same in groupby(pairs, key=lambda pair: pair[1].advisory_id):
        for chain in _chains(list(same)):
            yield _opened(chain, place, last, context)


@dataclass(frozen=True, slots=True)
class _Context:
    """What all clocks of one question share."""

    days: Mapping[Urgency, int]
    removals: Container[int]
    """The entries by which hosts were removed: they show nothing of their software."""
    not_looked_at: Container[tuple[str, str]]
    """Host, or product, and package of versions that were not held against the feeds by the day in view."""
    now: datetime


def _not_looked_at(hosts: Iterable[str], names: Iterable[str]) -> set[tuple[str, str]]:
    """A version that took another's place may be as weak: until it was looked at, nothing is shown fixed."""
    there = Installed.objects.filter(is_there(), host__in=list(hosts), software__name__in=set(names))
    looked_at = there.filter(_looked()).values("pk")
    return set(there.exclude(pk__in=looked_at).order_by().values_list("host", "software__name"))


def _not_looked_at_in(products: Iterable[str], names: Iterable[str]) -> set[tuple[str, str]]:
    """The same of products."""
    there = Contained.objects.filter(is_contained(), product__in=list(products))
    there = there.filter(software__name__in=set(names))
    looked_at = there.filter(_looked()).values("pk")
    return set(there.exclude(pk__in=looked_at).order_by().values_list("product", "software__name"))


def _looked() -> Q:
    """That a row's software had been held against the feeds by the day in view."""
    view, matching = asof.current(), last_matching()
    if view is not None:
        return Q(software__first_looked__lt=view.size)
    return Q(software__looked=matching.index if matching else None)


_Row = Installed | Contained
_Chain = list[tuple[_Row, Weak]]


def _chains(pairs: _Chain) -> Iterator[_Chain]:
    """Weak versions that followed one another without a report, or bill, in between that showed none."""
    chain: _Chain = []
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
    view = asof.current()
    if row.until_index is None or (view is not None and row.until_index >= view.size):
        return None
    index: int = row.until_index
    return index


def _opened(
    chain: _Chain,
    host: Host | Product,
    last: datetime | None,
    context: _Context,
) -> Open:
    now, first = context.now, chain[0][0]
    # Of several versions at once the one that is still there is shown.
    newest, weak = max(chain, key=lambda pair: (_ended_index(pair[0]) is None, pair[0].since_index))
    # A chain ends when the last of its versions did; older versions of the same package may end together.
    ends = [_ended_index(row) for row, _weak in chain]
    ended = None if None in ends else max(index for index in ends if index is not None)
    unlooked = ended is not None and (host.pk, newest.software.name) in context.not_looked_at
    if unlooked and ended not in context.removals:
        ended = None
    until = next((row.until for row, _weak in chain if row.until_index == ended), None)
    removed = until if ended is not None and ended in context.removals else None
    fixes = [(one.fix_seen_at, one.fix_by_advisory) for _row, one in chain if one.fix_seen_at is not None]
    fix_seen_at, by_advisory = min(fixes, default=(None, False))
    weakness = Weakness(
        host=host.pk,
        package=newest.software.name,
        advisory=weak.advisory_id,
        urgency=Urgency(weak.advisory.urgency),
        weak_since=first.since,
        fix_seen_at=fix_seen_at,
        fix_offered_at=weak.advisory.published,
        shown_fixed_at=None if removed else until,
        removed_at=removed,
        last_report_at=last,
    )
    return Open(
        clock(weakness, context.days, now),
        host,
        newest.software.version,
        weak.fixed,
        _("another version came and was not looked at yet") if unlooked else weak.why,
        weak.undecided or unlooked,
        weak.unsaid_at if weak.unsaid_at and weak.unsaid_at <= now else None,
        first.since_index,
        ended,
        weak.advisory,
        by_advisory,
    )
