"""When a repeating task comes again, and how near a task is: arithmetic of calendar days.

Days are those of the Gregorian calendar (ISO 8601). A month that has no such day takes its last one, and the
day of the first task is kept: 31 January, 28 February, 31 March; 29 February, 28 February in common years,
29 February again.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

WEEK = timedelta(days=7)
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
"""How many months after one task the next is due. `weekly` alone counts days."""


class Band(StrEnum):
    """How near the day is on which a task is due."""

    LATE = "late"
    SOON = "soon"
    """Within the next seven days, today included."""
    LATER = "later"
    """After that, or without a day."""


def band(due: date | None, today: date) -> Band:
    """The band of a task that is due on `due`; a task is late from the day after."""
    if due is None or due - today >= WEEK:
        return Band.LATER
    return Band.LATE if due < today else Band.SOON


def day_kept(dues: Iterable[date]) -> int:
    """The day of the month (1 to 31) that a series keeps to.

    `dues` are the days on which its tasks were due, newest first; only as many are drawn as are needed. The
    last day of a month may stand for a later one, which the tasks before then show.
    """
    kept = 0
    for due in dues:
        last_of_month = due.day == _length(due.year, due.month)
        if due.day < kept and not last_of_month:
            break  # not of this series: the newer task was moved to another day
        kept = max(kept, due.day)
        if kept == 31 or not last_of_month:
            break
    return kept


def next_due(due: date, repeats: str, ended: date, kept: int) -> date:
    """The day on which the next task of a series is due: the first of its days after both `due` and `ended`.

    So one that is done early is followed by the regular day, and what was missed does not pile up. `repeats`
    is `weekly` or a key of MONTHS, `kept` is what `day_kept` gives. Raises ValueError for anything else, and
    where the calendar ends.
    """
    if repeats == "weekly":
        passed = max((ended - due) // WEEK, 0)
        return due + WEEK * (passed + 1)
    if repeats not in MONTHS:
        raise ValueError(f"a task cannot repeat {repeats!r}: have weekly, {', '.join(MONTHS)}")
    step = MONTHS[repeats]
    between = (ended.year - due.year) * 12 + ended.month - due.month
    months = step * max(between // step, 1)
    found = _months_later(due, months, kept)
    return found if found > ended else _months_later(due, months + step, kept)


def _months_later(day: date, months: int, kept: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(kept, _length(year, month + 1)))


def _length(year: int, month: int) -> int:
    return monthrange(year, month)[1]
