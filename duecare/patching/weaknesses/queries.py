"""What pages and checks ask of weak software: clocks of each host, advisories and how many hosts they touch.

A past day is answered by what had been recorded by then, as in `software/queries.py`. What KEV, EPSS, SSVC
and CVSS say is that of the last matching; what they said on a past day stands in the feeds' snapshots.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

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
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
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


def told() -> Q:
    """That a row of Installed had been told by the day in view."""
    view = asof.current()
    return Q() if view is None else Q(since_index__lt=view.size)


# ── Advisories ───────────────────────────────────────────────────────────────────────────────────────────


def advisories(viewer: Viewer) -> QuerySet[Advisory]:
    """Those that had named software of ours by the day in view.

    Each with how many hosts have it (`hosts`), whether any does (`open`), since when we know (`since`),
    whether any of it is `decided`, and whether a `fix` is known.
    """
    said = Weak.objects.filter(known(), advisory=OuterRef("pk")).order_by()
    there = Installed.objects.filter(is_there(), software__weak__advisory=OuterRef("pk")).order_by()
    sure = said.filter(undecided=False)
    counted = there.values("software__weak__advisory").annotate(n=Count("host", distinct=True)).values("n")
    first = said.values("advisory").annotate(first=Min("since")).values("first")
    rows: QuerySet[Advisory] = Advisory.objects.all().visible_to(viewer)
    return rows.filter(Exists(said)).annotate(
        hosts=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        since=Subquery(first),
        open=Exists(there),
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
    """One weakness of one host with its clock and what it rests on."""

    clock: Clock
    host: Host
    version: str
    fixed: str
    why: str
    undecided: bool
    unsaid_at: datetime | None
    shown_by: int
    """The entry of the report that first showed it on this host."""
    ended_by: int | None
    """The entry of the report, or removal, that ended it."""


class _Row(NamedTuple):
    """What counts of a row of Installed: a fleet has millions, and models of them take ten times as long."""

    host: str
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
    unsaid_at: datetime | None
    urgency: str
    published: datetime | None


_ROW = (
    "host_id",
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
    "unsaid_at",
    "advisory__urgency",
    "advisory__published",
)


def clocks(rows: QuerySet[Installed], now: datetime, advisories: Iterable[str] = ()) -> Iterator[Open]:
    """The weaknesses of what these rows say is installed, as they stand in view; closed ones too.

    `advisories` narrows them to those under some ids.
    """
    said = Weak.objects.filter(known())
    chosen = list(advisories)
    if chosen:
        said = said.filter(advisory__in=chosen)
    rows = weak_rows(rows, chosen)
    found = [
        _Row(*row) for row in rows.order_by("host_id", "software__name", "since_index").values_list(*_ROW)
    ]
    weak: dict[int, list[_Said]] = {}
    for row in said.filter(software__in={row.software for row in found}).order_by().values_list(*_SAID):
        one = _Said(*row)
        weak.setdefault(one.software, []).append(one)
    # Not `in_bulk`, which asks for a thousand at a time.
    hosts = {host.pk: host for host in Host.objects.filter(pk__in={row.host for row in found}).order_by()}
    last = dict(
        Reflected.objects.filter(host__in=hosts, counted=True)
        .exclude(report=None)
        .order_by()
        .values_list("host")
        .annotate(newest=Max("told_at"))
    )
    context = _context(found, now)
    for (host_id, _name), group in groupby(found, key=lambda row: (row.host, row.name)):
        if host_id not in hosts:
            continue
        pairs = [(row, one) for row in group for one in weak.get(row.software, ())]
        pairs.sort(key=lambda pair: (pair[1].advisory, pair[0].since_index))
        for _advisory, same in groupby(pairs, key=lambda pair: pair[1].advisory):
            for chain in _chains(list(same)):
                yield _opened(chain, hosts[host_id], last.get(host_id), context)


def weak_rows(rows: QuerySet[Installed], advisories: Sequence[str] = ()) -> QuerySet[Installed]:
    """Those of the rows whose software is weak, or weak by some advisories, as far as was told by the day."""
    if advisories:
        weak = Weak.objects.filter(known(), advisory__in=advisories)
        return rows.filter(told(), software__in=weak.order_by().values("software"))
    return rows.filter(told(), Exists(Weak.objects.filter(known(), software=OuterRef("software"))))


@dataclass(frozen=True, slots=True)
class Touched:
    """The hosts that some advisories touch or touched, in the order of work."""

    hosts: list[str]
    """Their keys: where it is open first, of these where it has been the longest."""
    open: int
    """On how many of them it is open."""


def touched(rows: QuerySet[Installed], advisories: Sequence[str]) -> Touched:
    """The hosts that have, or had, what these advisories say is weak: found without reading any clock."""
    weak = weak_rows(rows, advisories)
    there = is_there()
    if names := _names_not_looked_at(weak):
        waiting = Installed.objects.filter(is_there(), software__name__in=names).order_by()
        there |= Q(host__in=waiting.values("host"))
    hosts = (
        weak.order_by()
        .values("host")
        .annotate(open=Max(Case(When(there, then=1), default=0)), first=Min("since"))
        .order_by("-open", "first", "host")
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
    """Host and package of versions that were not held against the feeds by the day in view."""
    now: datetime


def _context(rows: Sequence[_Row], now: datetime) -> _Context:
    """For the hosts where a version ended: of the others nothing more needs to be known."""
    ended = {row.host for row in rows if _ended_index(row) is not None}
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


def _chains(pairs: list[tuple[_Row, _Said]]) -> Iterator[list[tuple[_Row, _Said]]]:
    """Weak versions that followed one another without a report in between that showed none."""
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
    host: Host,
    last: datetime | None,
    context: _Context,
) -> Open:
    now, first = context.now, chain[0][0]
    # Of several versions at once the one that is still there is shown.
    newest, weak = max(chain, key=lambda pair: (_ended_index(pair[0]) is None, pair[0].since_index))
    # A chain ends when the last of its versions did; older versions of the same package may end together.
    ends = [_ended_index(row) for row, _weak in chain]
    ended = None if None in ends else max(index for index in ends if index is not None)
    unlooked = ended is not None and (host.pk, newest.name) in context.not_looked_at
    if unlooked and ended not in context.removals:
        ended = None
    until = next((row.until for row, _weak in chain if row.until_index == ended), None)
    removed = until if ended is not None and ended in context.removals else None
    seen = [one.fix_seen_at for _row, one in chain if one.fix_seen_at is not None]
    weakness = Weakness(
        host=host.pk,
        package=newest.name,
        advisory=weak.advisory,
        urgency=Urgency(weak.urgency),
        weak_since=first.since,
        fix_seen_at=min(seen, default=None),
        fix_offered_at=weak.published,
        shown_fixed_at=None if removed else until,
        removed_at=removed,
        last_report_at=last,
    )
    return Open(
        clock(weakness, context.days, now),
        host,
        newest.version,
        weak.fixed,
        _("another version came and was not looked at yet") if unlooked else weak.why,
        weak.undecided or unlooked,
        weak.unsaid_at if weak.unsaid_at and weak.unsaid_at <= now else None,
        first.since_index,
        ended,
    )
