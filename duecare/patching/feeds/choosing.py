"""Which feeds an inventory needs: what is on hosts and in products, held against the feeds that are on.

Nothing is fetched to find out. How large a feed is, is known once it was here; before that only how much of
it would be taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet

from duecare.patching.ecosystems import find_ecosystem
from duecare.patching.feeds.models import Feed, FeedSnapshot
from duecare.patching.feeds.queries import dropped_now, newest_taken
from duecare.patching.feeds.sources import FeedSource, sources
from duecare.patching.software.models import Software
from duecare.patching.software.queries import anywhere


@dataclass(frozen=True, slots=True)
class Gap:
    """An ecosystem of which software is installed, and which no feed covers that is switched on."""

    ecosystem: str
    packages: int
    """Pieces of software of it that are on any host or in any product, each version once."""
    offered: FeedSource | None
    """The feed to switch on; None where none ships that is about all of it."""
    size: int | None
    """Bytes of its last file; None if it was never here."""
    dropped: bool
    """Whether it is one that somebody dropped: it has to be taken up again first."""


def gaps(rows: QuerySet[Software] | None = None) -> list[Gap]:
    """What no feed covers of what these rows say is installed, all software if not given."""
    off = set(dropped_now().values_list("feed__feed", flat=True))
    on = set(Feed.objects.filter(daily=True).values_list("feed", flat=True)) - off
    sizes = {one.feed.feed: one.size for one in newest_taken(FeedSnapshot.objects.all())}
    found = []
    for ecosystem, packages in sorted(_inventory(rows).items()):
        if _about(ecosystem, [one for id, one in sources().items() if id in on]):
            continue
        offered = _offered(ecosystem, off)
        size = None if offered is None else sizes.get(offered.id)
        dropped = offered is not None and offered.id in off
        found.append(Gap(ecosystem, packages, offered, size, dropped))
    return found


def choice(found: Iterable[Gap]) -> list[Gap]:
    """Those that can be closed by switching a feed on, one for each feed."""
    by_feed = {one.offered.id: one for one in reversed(list(found)) if one.offered and not one.dropped}
    return [by_feed[id] for id in sorted(by_feed)]


def _inventory(rows: QuerySet[Software] | None) -> Counter[str]:
    installed = (Software.objects.all() if rows is None else rows).filter(anywhere(OuterRef("pk")))
    found: Counter[str] = Counter()
    counted = installed.order_by().exclude(ecosystem="").values_list("ecosystem")
    for ecosystem, count in counted.annotate(count=Count("pk")):
        found[find_ecosystem(ecosystem)[0]] += count
    return found


def _about(ecosystem: str, among: Iterable[FeedSource]) -> Sequence[FeedSource]:
    """Those that are about all packages of an ecosystem."""
    return [one for one in among if one.whole and ecosystem in one.ecosystems]


def _offered(ecosystem: str, off: Collection[str]) -> FeedSource | None:
    """The first that is about all of it, one that was not dropped if there is one."""
    found = sorted(_about(ecosystem, sources().values()), key=lambda one: one.id in off)
    return found[0] if found else None
