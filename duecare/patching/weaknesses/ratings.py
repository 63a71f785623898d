"""How grave an advisory was known to be on a day: a row each time that what is known of it changed.

EPSS gives each CVE another chance every day. It is kept to a whole per cent, so that a row says that
something was learnt, and not that a day went by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from duecare.patching.weaknesses.models import Advisory, Rating

CHUNK = 500


def rating_of(row: Advisory, now: datetime, index: int) -> Rating:
    """What a row says, as known from that entry on; not saved."""
    return Rating(
        advisory_id=row.pk,
        since=now,
        since_index=index,
        known=[_rounded(one) for one in row.known],
        urgency=row.urgency,
        urgent_because=row.urgent_because,
        points=row.points,
        ranked_because=row.ranked_because,
    )


def changed(rows: Iterable[Advisory], last: Mapping[str, Rating], now: datetime, index: int) -> list[Rating]:
    """Ratings of those of which something else is known than the last one of each says."""
    made = [rating_of(row, now, index) for row in rows]
    return [
        one for one in made if one.advisory_id not in last or _graded(one) != _graded(last[one.advisory_id])
    ]


def _rounded(told: Mapping[str, Any]) -> dict[str, Any]:
    chance = told.get("epss")
    return {**told, "epss": None if chance is None else round(chance, 2)}


def _graded(one: Rating | None) -> tuple[Any, ...]:
    """What makes it another rating; points that a chance of less than a per cent moves do not."""
    return () if one is None else (one.urgency, one.known)


def keep(rows: Iterable[Advisory], now: datetime, index: int) -> None:
    """Write what is known otherwise than before."""
    newest = Rating.objects.order_by().values("advisory").annotate(last=Max("pk")).values("last")
    last = {one.advisory_id: one for one in Rating.objects.filter(pk__in=newest)}
    Rating.objects.bulk_create(changed(rows, last, now, index), batch_size=CHUNK)


def history(advisories: Iterable[str], size: int | None) -> dict[str, list[Rating]]:
    """The ratings of each, the newest first, as far as a record of that many entries told; None for all."""
    rows = Rating.objects.filter(advisory__in=list(advisories)).order_by("advisory", "-since_index")
    found: dict[str, list[Rating]] = {}
    for one in rows if size is None else rows.filter(since_index__lt=size):
        found.setdefault(one.advisory_id, []).append(one)
    return found
