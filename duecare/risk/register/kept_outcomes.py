"""The outcomes of safeguards' checks as the record kept them, for `measuring.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from duecare.ledger import asof
from duecare.ledger.browsing import live_head, size_in_view
from duecare.ledger.models import Entry, Payload, to_microseconds
from duecare.ledger.once import once
from duecare.ledger.records import KEYS, read_payload, shapes, utc_now
from duecare.program.judgement import Verdict, find_check
from duecare.program.models import Outcome
from duecare.risk.register.measuring import LEAST, NOTHING, WINDOW, Measured, Past, measure

KIND = "program.outcome"
MOST_KNOWN = 200_000
"""Outcomes that are remembered."""


def moment() -> datetime:
    """The moment that a page speaks from: now, or the end of the past day that is viewed."""
    view = asof.current()
    return utc_now() if view is None else view.instant


def measured(safeguards: Iterable[str], now: datetime | None = None) -> Mapping[str, Measured]:
    """What the checks of each of these safeguards measured; a few queries for all of them.

    It asks for no viewer: a curve is the same for everybody who may read risks, and what it tells of checks
    are two shares. Pages name the checks behind them only to who covers the safeguard's area.
    """
    wanted = sorted(set(safeguards))
    at = now or moment()
    if now is not None:
        return _measured(wanted, at)
    return once(f"measured {' '.join(wanted)}", lambda: _measured(wanted, at))


def _measured(safeguards: list[str], now: datetime) -> Mapping[str, Measured]:
    if not safeguards:
        return {}
    rows = [
        row for row in Outcome.objects.filter(safeguard__in=safeguards).order_by("id") if find_check(row.pk)
    ]
    # What has been so since before the window needs no history.
    changed = [row.pk for row in rows if not (row.verdict == Verdict.MET and row.since <= now - WINDOW)]
    before = _history(changed, now)
    of: dict[str, list[tuple[str, list[Past]]]] = {one: [] for one in safeguards}
    for row in rows:
        newest = _past(row)
        earlier = before.get(row.pk)
        if earlier is None:
            earlier = [_past(row, since=True)]
        outcomes = [one for one in earlier if one.judged_at < newest.judged_at]
        of[row.safeguard].append((row.pk, [*outcomes, newest]))
    return {one: measure(found, now) if found else NOTHING for one, found in of.items()}


def _past(row: Outcome, *, since: bool = False) -> Past:
    """A row as a value; with `since` the time for which its verdict has held, up to when it was judged."""
    return Past(
        row.since if since else row.judged_at,
        Verdict(row.verdict),
        row.population,
        row.unmet + row.unknown,
        row.judged_at if since else row.stale_at,
    )


def _history(checks: list[str], now: datetime) -> Mapping[str, list[Past]]:
    """What the record kept of the outcomes of these checks within the window, the oldest first."""
    if not checks:
        return {}
    # One outcome a day is kept of each check at least, so what held when the window began was kept by then
    # or not long before.
    entries = list(
        Entry.objects.filter(
            kind=KIND,
            subject__in=checks,
            index__lt=size_in_view(),
            at__gte=to_microseconds(now - WINDOW - LEAST),
        )
        .order_by("index")
        .values_list("subject", "index")
    )
    log = live_head().log
    # Held here as well: what all have read may be let go by somebody else at any moment.
    known = _known.copy()
    here = {index: known[log, index] for _subject, index in entries if (log, index) in known}
    here |= _read(log, [index for _subject, index in entries if index not in here])
    found: dict[str, list[Past]] = {check: [] for check in checks}
    for subject, index in entries:
        outcome = here[index]
        if outcome is not None:
            found[subject].append(outcome)
    return found


_known: dict[tuple[str, int], Past | None] = {}
"""Outcomes that were read, by log and entry. What an entry says never changes, and a year of daily outcomes
is thousands of them; so each is read once in a process, and only its verdict and counts are kept."""


def _read(log: str, indexes: list[int]) -> dict[int, Past | None]:
    """What entries say of outcomes; None of those whose words are gone."""
    found: dict[int, Past | None] = {}
    shape = shapes()[KIND]
    for start in range(0, len(indexes), KEYS):
        part = indexes[start : start + KEYS]
        said = dict(Payload.objects.filter(pk__in=part).values_list("pk", "data"))
        for index in part:
            snapshot: Any = read_payload(shape, bytes(said[index])) if index in said else None
            found[index] = None if snapshot is None else _kept(snapshot)
    if len(_known) + len(found) > MOST_KNOWN:
        _known.clear()
    _known.update({(log, index): one for index, one in found.items()})
    return found


def _kept(snapshot: Mapping[str, Any]) -> Past:
    stale = snapshot["stale_at"]
    return Past(
        datetime.fromisoformat(snapshot["judged_at"]),
        Verdict(snapshot["verdict"]),
        snapshot["population"],
        snapshot["unmet"] + snapshot["unknown"],
        None if stale is None else datetime.fromisoformat(stale),
    )
