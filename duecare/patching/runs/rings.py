"""What an order says to do next, given what has come of it so far. Pure.

One ring after the other, in batches, so that the stop rule is asked again before each. A host that could not
be reached, or that was begun with and never heard of again, has failed: what is not known is not well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from duecare.patching.runs.orders import Order
from duecare.words import gettext as _

BATCH = 20
"""How many hosts are begun with at once: the most that can fail before the stop rule is asked."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one host."""

    well: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Next:
    """Begin with these hosts."""

    ring: int
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing before that moment."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing more."""

    why: str
    """Empty if every host had its turn."""


def decide(order: Order, came: Mapping[str, Came], now: datetime) -> Next | Wait | Over:
    """What to do at this moment. `came` holds the hosts that had their turn, by key."""
    before: datetime | None = None
    for number, ring in enumerate(order.rings):
        seen = [came[key] for key in ring if key in came]
        failed = sum(not one.well for one in seen)
        if failed > order.stop.hosts or failed * 100 > order.stop.share * len(ring):
            return Over(
                _("stopped: %(failed)s of the %(all)s hosts of ring %(ring)s failed")
                % {"failed": failed, "all": len(ring), "ring": number + 1}
            )
        left = [key for key in ring if key not in came]
        if left:
            return _begin(order, number, left, before if not seen else None, now)
        before = max(one.at for one in seen)
    return Over("")


def _begin(
    order: Order, number: int, left: list[str], before: datetime | None, now: datetime
) -> Next | Wait | Over:
    """With a ring of which these are left; `before` is when the ring before it ended, for one not begun."""
    rested = now if before is None else max(now, before + timedelta(minutes=order.rest_minutes))
    opens = order.window.opens(rested)
    if opens is None:
        return Over(_("its time was over before all hosts had their turn"))
    return Next(number, tuple(left[:BATCH])) if opens <= now else Wait(opens)
