"""What pages ask of the tables of software: what is there, today or on a past day, what was below a version.

A past day (`?as_of=`) is answered by what had been recorded by then: rows count by the entries that began and
ended them. A day that is asked about (`on`) is answered by when reports came in, as far as is known on the
day from which the page speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.patching.bills.models import Contained
from duecare.patching.bills.queries import in_any_product, is_contained, is_told, number_of_products
from duecare.patching.software.installed import OF_SYSTEMS, SCHEME_OF
from duecare.patching.software.models import Installed, Reflected, Software
from duecare.patching.versions import find_scheme
from duecare.systems.models import Host

FRESH = timedelta(days=7)
"""How old a host's last report may be on a day for what it told to count as known on that day."""
SHOWN = 100
"""Hosts that a page names of those of which nothing is known."""


# ── What is there ────────────────────────────────────────────────────────────────────────────────────────


def is_there() -> Q:
    """That a row of Installed holds on the day in view."""
    first, *others = _ways_to_be_there()
    return first if not others else first | others[0]


def _ways_to_be_there() -> tuple[Q, ...]:
    """The same in parts, each of which an index answers; no row is of two."""
    view = asof.current()
    if view is None:
        return (Q(until_index=None),)
    told = Q(since_index__lt=view.size)
    return told & Q(until_index=None), told & Q(until_index__gte=view.size)


def anywhere(software: OuterRef) -> Q:
    """That software is on any host or in any product on the day in view."""
    return _on_a_host(software) | in_any_product(software)


def _on_a_host(software: OuterRef) -> Q:
    """That software is on any host on the day in view."""
    found = Q()
    for way in _ways_to_be_there():
        found |= Q(Exists(Installed.objects.filter(way, software=software)))
    return found


def _number_of_hosts(software: OuterRef) -> Combinable:
    """On how many hosts software is on the day in view."""
    found: Combinable = Value(0)
    for way in _ways_to_be_there():
        rows = Installed.objects.filter(way, software=software).order_by().values("software")
        counted = rows.annotate(number=Count("pk")).values("number")
        found = found + Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return found


def seen_somewhere() -> Q:
    """That software is on any host or in any product today."""
    here = Installed.objects.filter(software=OuterRef("pk"), until_index=None)
    inside = Contained.objects.filter(software=OuterRef("pk"), until_index=None, void_index=None)
    return Q(Exists(here)) | Q(Exists(inside))


def seen_at(size: int) -> Q:
    """That software was on any host or in any product when the record had that many entries."""
    here = Installed.objects.filter(software=OuterRef("pk"), since_index__lt=size)
    inside = Contained.objects.filter(software=OuterRef("pk"), told_index__lt=size, since_index__lt=size)
    inside = inside.filter(Q(void_index=None) | Q(void_index__gte=size))
    # Two questions of each, since an index answers either and not both at once.
    return (
        Q(Exists(here.filter(until_index=None)))
        | Q(Exists(here.filter(until_index__gte=size)))
        | Q(Exists(inside.filter(until_index=None)))
        | Q(Exists(inside.filter(until_index__gte=size)))
    )


def installed(viewer: Viewer) -> QuerySet[Installed]:
    """All that had been told by the day in view, what is gone too; `ended` says when that was seen."""
    rows: QuerySet[Installed] = Installed.objects.all().visible_to(viewer)
    view = asof.current()
    if view is None:
        return rows.annotate(ended=F("until"))
    told = rows.filter(since_index__lt=view.size)
    return told.annotate(ended=Case(When(until_index__lt=view.size, then=F("until")), default=None))


def software(viewer: Viewer) -> QuerySet[Software]:
    """What is on any host or in any product on the day in view, each with how many `hosts` and `products`."""
    rows: QuerySet[Software] = Software.objects.all().visible_to(viewer)
    return rows.filter(anywhere(OuterRef("pk"))).annotate(
        hosts=_number_of_hosts(OuterRef("pk")), products=number_of_products(OuterRef("pk"))
    )


def packages(viewer: Viewer) -> QuerySet[Software]:
    """One row for each package that had been told of by the day in view: that of its newest software."""
    later = Software.objects.filter(package=OuterRef("package"), pk__gt=OuterRef("pk"))
    rows: QuerySet[Software] = Software.objects.all().visible_to(viewer)
    view = asof.current()
    if view is not None:
        told = Q(Exists(Installed.objects.filter(software=OuterRef("pk"), since_index__lt=view.size)))
        told |= Q(Exists(Contained.objects.filter(is_told(), software=OuterRef("pk"))))
        rows, later = rows.filter(told), later.filter(told)
    return rows.filter(~Exists(later))


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a package, in one release of its ecosystem."""

    software: Software
    hosts: int
    """How many have it on the day in view."""
    had: int
    """On how many it was seen until then."""
    products: int
    """How many contain it on the day in view."""
    since: datetime
    """When it was first seen anywhere."""


def versions(viewer: Viewer, package: str) -> list[Version]:
    """The versions of a package that had been told by the day in view, newest first as far as is decided."""
    rows = installed(viewer).filter(software__package=package).order_by()
    told = {
        key: (since, had)
        for key, since, had in rows.values("software")
        .annotate(first=Min("since"), had=Count("host", distinct=True))
        .values_list("software", "first", "had")
    }
    there = dict(
        Installed.objects.filter(is_there(), software__package=package)
        .order_by()
        .values_list("software")
        .annotate(number=Count("pk"))
    )
    inside = dict(
        Contained.objects.filter(is_told(), software__package=package)
        .order_by()
        .values_list("software")
        .annotate(first=Min("since"))
    )
    held = dict(
        Contained.objects.filter(is_contained(), software__package=package)
        .order_by()
        .values_list("software")
        .annotate(number=Count("pk"))
    )
    found = Software.objects.all().visible_to(viewer).filter(pk__in=[*told, *inside])
    listed = [
        Version(
            one,
            there.get(one.pk, 0),
            told[one.pk][1] if one.pk in told else 0,
            held.get(one.pk, 0),
            min(first for first in (told.get(one.pk, (None,))[0], inside.get(one.pk)) if first),
        )
        for one in found
    ]
    return sorted(listed, key=_newest_first, reverse=True)


def _newest_first(one: Version) -> tuple[str, bool, bytes, str]:
    key = one.software.key
    return one.software.release, key is not None, bytes(key or b""), one.software.version


# ── What was below a version ─────────────────────────────────────────────────────────────────────────────


def called(name: str) -> Q:
    """That software has this name, or was built from a source of this name."""
    return Q(name=name) | Q(source=name)


def keys_of(version: str) -> Mapping[str, bytes]:
    """The place of a version in each scheme that knows it."""
    found = {scheme: find_scheme(scheme).key(version) for scheme in set(SCHEME_OF.values())}
    return {scheme: key for scheme, key in found.items() if key is not None}


def below(version: str) -> Q:
    """That software is of an earlier version than this, or that it cannot be told."""
    keys, found = keys_of(version), Q(key=None)
    for scheme in sorted(set(SCHEME_OF.values())):
        ecosystems = [name for name, its in SCHEME_OF.items() if its == scheme]
        of_scheme = Q(ecosystem__in=ecosystems)
        found |= of_scheme & Q(key__lt=keys[scheme]) if scheme in keys else of_scheme
    return found


def is_decided(one: Software, keys: Mapping[str, bytes]) -> bool:
    """Whether a version that `keys_of` placed can be compared with that of the software."""
    return one.key is not None and SCHEME_OF.get(one.ecosystem) in keys


def with_last_report(rows: QuerySet[Installed], moment: datetime) -> QuerySet[Installed]:
    """The rows, each with when its host's last report by a moment was gathered, as `told`."""
    return rows.annotate(told=Subquery(reports(moment).filter(host=OuterRef("host")).values("told_at")[:1]))


def reports(moment: datetime) -> QuerySet[Reflected]:
    """The reports that had come in by a moment and counted, newest first."""
    found = Reflected.objects.filter(at__lte=moment, counted=True).exclude(report=None).order_by("-index")
    view = asof.current()
    return found if view is None else found.filter(index__lt=view.size)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an answer about a day goes."""

    hosts: int
    """That were known on that day, and not removed."""
    found: int
    """Of these, where it was; or may have been, where the version is undecided."""
    unknown: int
    """Of the others, those of which it was not known."""
    named: tuple[tuple[Host, datetime | None], ...]
    """The first of these with the time since when it is not known, None if it never was."""

    @property
    def without(self) -> int:
        """Of which it was known that it was not there."""
        return self.hosts - self.found - self.unknown


def reach(rows: QuerySet[Installed], name: str, moment: datetime) -> Reach:
    """How many hosts `rows` are of, and of how many others it was not known at a moment whether they had it.

    What is not known is never counted as absent: a host counts only if it told all of its packages, of the
    kind that the name is of, within FRESH before the moment.
    """
    ecosystems = set(Software.objects.filter(called(name)).values_list("ecosystem", flat=True).distinct())
    whole = reports(moment).filter(host=OuterRef("pk"))
    if not ecosystems or ecosystems & OF_SYSTEMS:
        whole = whole.filter(system=True)
    if not ecosystems or ecosystems - OF_SYSTEMS:
        whole = whole.filter(languages=True)
    # The live table has every host and when it came and went; on a past day its names are read from that day.
    there = Host.objects.using(asof.LIVE).filter(first_seen_at__lte=moment)
    there = there.filter(Q(removed_at=None) | Q(removed_at__gt=moment))
    having = rows.order_by().values("host")
    others = there.exclude(pk__in=having).annotate(last=Subquery(whole.values("told_at")[:1]))
    told = others.order_by("name", "id").values_list("pk", "last")
    unknown = [(key, last) for key, last in told if last is None or last < moment - FRESH]
    return Reach(
        hosts=there.count(),
        found=having.distinct().count(),
        unknown=len(unknown),
        named=tuple(_named(unknown[:SHOWN])),
    )


def _named(keys: Iterable[tuple[str, datetime | None]]) -> Iterable[tuple[Host, datetime | None]]:
    told = dict(keys)
    hosts = Host.objects.in_bulk(list(told))
    return [(hosts[key], last) for key, last in told.items() if key in hosts]
