"""When a duty is due again: arithmetic of calendar days over the cadences of the content.

Months are counted on the Gregorian calendar; a month that has no such day takes its last one.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from duecare.law.limits import months_after
from duecare.words import gettext as _
from duecare.words import ngettext

FIRST = 3
"""Months in which a duty is due of which nothing is on record, where its cadence is not shorter."""
_PERIOD = re.compile(r"P(\d+)([MY])")
_FIXED = "fixed_date:"
ONCE = "once"


def comes(cadence: str) -> bool:
    """Whether a day can be told on which it is due."""
    return cadence == ONCE or cadence.startswith(_FIXED) or period(cadence) is not None


def period(cadence: str) -> int | None:
    """How many months after one time the next is due; None where it is not told by a time."""
    if cadence.startswith(_FIXED):
        return 12
    found = _PERIOD.fullmatch(cadence)
    if found is None:
        return None
    return int(found[1]) * (12 if found[2] == "Y" else 1)


def first_due(cadence: str, begun: date) -> date | None:
    """When it is due for the first time, if nothing is on record by the day on which it began to be asked."""
    if cadence.startswith(_FIXED):
        return _next_day(cadence, begun)
    if not comes(cadence):
        return None
    return months_after(begun, min(FIRST, period(cadence) or FIRST))


def next_due(cadence: str, done: date, due: date | None = None) -> date | None:
    """When it is due again after it was done on a day; None for never.

    `due` is the day on which that time was due: what is owed on a fixed day of the year and was done before
    it is owed again a year later.
    """
    if cadence.startswith(_FIXED):
        return _next_day(cadence, max(done, due or done))
    step = period(cadence)
    return None if step is None else months_after(done, step)


def _next_day(cadence: str, after: date) -> date:
    """The next day of that name, after a day."""
    month, day = map(int, cadence.removeprefix(_FIXED).split("-"))
    for year in (after.year, after.year + 1):
        found = date(year, month, max(1, min(day, monthrange(year, month)[1])))
        if found > after:
            return found
    raise ValueError(f"no day after {after} in {cadence}")


def told(cadence: str) -> str:
    """A cadence in words: "every 6 months"."""
    plain = {
        "continuous": _("at all times"),
        "event": _("when it happens"),
        "before_event": _("before something begins"),
        ONCE: _("once"),
    }
    if cadence in plain:
        return plain[cadence]
    if cadence.startswith(_FIXED):
        # month and day, as ISO 8601 has them: languages differ in how they write a day without its year
        return _("each year by %(day)s (month and day)") % {"day": cadence.removeprefix(_FIXED)}
    found = _PERIOD.fullmatch(cadence)
    if found is None:
        return cadence
    count = int(found[1])
    if found[2] == "Y":
        return ngettext("every year", "every %(n)s years", count) % {"n": count}
    return ngettext("every month", "every %(n)s months", count) % {"n": count}
