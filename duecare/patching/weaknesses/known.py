"""Whether what feeds say of an ecosystem is all that is known of it today. Pure.

It is, if at least one feed speaks of it that is fresh, is about all of it and was read in full. A feed that
is stale, was brought by hand or could not be read in part is then no hindrance: what it says is held against
the software all the same, and what it does not say, the other one does. Without such a feed the answer is
unknown, and each feed that speaks of it says why it is not enough.

Of ratings (which CVEs are exploited, how likely, how grave) the same holds for each kind that any feed tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from duecare.patching.ecosystems import SCHEMES
from duecare.patching.feeds.sources import sources
from duecare.words import gettext as _
from duecare.words import number

SAID_OF = 20
"""CVEs of which a feed's faults are told apart; with more of them it counts as not read."""


@dataclass(frozen=True, slots=True)
class _Feed:
    """A feed as it was when software was held against it."""

    id: str
    stale: str
    """Why it is not fresh; empty if it is."""
    covers: frozenset[tuple[str, str]]
    ecosystems: frozenset[str]
    rates: tuple[str, ...]
    unplaced: Mapping[str, int]
    """Pieces that could not be read, by what they could be about; empty for all that the feed is about."""
    whole: bool

    def speaks_of(self, ecosystem: str, release: str) -> bool:
        if ecosystem not in self.ecosystems:
            return False
        if ecosystem not in SCHEMES:
            return True
        return (ecosystem, release) in self.covers or (ecosystem, "") in self.covers

    def short_of(self, ecosystem: str) -> str:
        """Why it alone cannot tell that nothing is known of that ecosystem; empty if it can."""
        if self.stale:
            return self.stale
        lost = self.unplaced.get("", 0) + self.unplaced.get(ecosystem, 0)
        if lost:
            return _("the feed %(feed)s has %(faults)s records that could not be read") % {
                "feed": self.id,
                "faults": number(lost),
            }
        if not self.whole:
            return _("the feed %(feed)s is about a part of it alone") % {"feed": self.id}
        return ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known from the feeds of a matching, at a moment."""

    feeds: tuple[_Feed, ...]
    told: dict[tuple[str, str], tuple[str, ...] | None] = field(default_factory=dict)
    """Answers that were worked out before."""

    @staticmethod
    def of(told: Iterable[Mapping[str, Any]], now: datetime, days: int) -> Known:
        """From what a matching keeps of its feeds, given how many days old a fresh one may be."""
        return Known(tuple(_feed(one, now, days) for one in told))

    def of_place(self, ecosystem: str, release: str) -> tuple[str, ...] | None:
        """Why not all may be known of a place; empty if it is, None if no feed speaks of it."""
        place = (ecosystem, release)
        if place not in self.told:
            reasons = [one.short_of(ecosystem) for one in self.feeds if one.speaks_of(*place)]
            self.told[place] = None if not reasons else () if not all(reasons) else tuple(reasons)
        return self.told[place]

    def unrated(self) -> dict[str, tuple[str, ...]]:
        """Why ratings may be others than are known, by the CVE concerned; empty for all of them."""
        found: dict[str, tuple[str, ...]] = {}
        for kind in dict.fromkeys(kind for one in self.feeds for kind in one.rates):
            short = [_unrated(one) for one in self.feeds if kind in one.rates]
            if all(short):
                for reasons in short:
                    for cve, why in reasons.items():
                        found[cve] = tuple(dict.fromkeys((*found.get(cve, ()), why)))
        if not any("kev" in one.rates for one in self.feeds):
            found[""] = (*found.get("", ()), _("no list of exploited weaknesses was read"))
        return found


def _feed(told: Mapping[str, Any], now: datetime, days: int) -> _Feed:
    covers = frozenset((ecosystem, release) for ecosystem, release in told.get("covers", ()))
    shipped = sources().get(told["id"])
    return _Feed(
        told["id"],
        _stale(told, now, days),
        covers,
        frozenset(ecosystem for ecosystem, _release in covers),
        tuple(told.get("rates", ())),
        told.get("unplaced", {}),
        shipped is None or shipped.whole,
    )


def _stale(told: Mapping[str, Any], now: datetime, days: int) -> str:
    what = {"feed": told["id"], "days": days}
    if told["by_hand"]:
        return _("the feed %(feed)s was brought by hand, so how old it is cannot be told") % what
    if now - datetime.fromisoformat(told["confirmed_at"]) > timedelta(days=days):
        return _("the feed %(feed)s is older than %(days)s days") % what
    return ""


def _unrated(feed: _Feed) -> dict[str, str]:
    """Why a feed's ratings may not be all there are, by the CVE concerned; empty for all of them."""
    if feed.stale:
        return {"": feed.stale}
    words = _("the feed %(feed)s has %(faults)s records that could not be read")
    if "" in feed.unplaced or len(feed.unplaced) > SAID_OF:
        return {"": words % {"feed": feed.id, "faults": number(sum(feed.unplaced.values()))}}
    return {cve: words % {"feed": feed.id, "faults": number(lost)} for cve, lost in feed.unplaced.items()}
