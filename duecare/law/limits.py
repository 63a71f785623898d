"""A limit, whose days count for it, and how it was counted: what the counting rules take and give.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from duecare.law.calendars import Calendar, Closures
from duecare.law.moments import Moment, end_of_day, tz
from duecare.law.terms import Unit
from duecare.words import gettext as _
from duecare.words import ngettext, number

POLICY_HOURS = 72
"""What we set ourselves where the law says "without undue delay" and no more."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Until when: an instant, or the end of a day."""

    at: datetime
    """The last instant that is in time, in UTC."""
    zone: str
    day: date | None = None
    """The local day with whose end (or closing hour) it ends; None for a limit in hours."""

    def written(self) -> str:
        """ "2026-02-28", or a local time with its offset."""
        return self.day.isoformat() if self.day else self.at.astimezone(tz(self.zone)).isoformat()


@dataclass(frozen=True, slots=True)
class Where:
    """Whose working days count, and how long we take where the law has no number."""

    place: str = ""
    """ISO 3166 code of the place named by the law; empty where it is not known."""
    closures: Closures = field(default_factory=dict)
    policy_hours: int = POLICY_HOURS


@dataclass(frozen=True, slots=True)
class Counted:
    """A limit, and how it was found."""

    strict: Limit | None
    """The limit to hold; None where the law has no number."""
    latest: Limit | None
    """The latest reading that the rule bears; never before `strict`."""
    may_submit_by: Limit | None
    """Until when the law lets it go in all the same, because the limit falls on a day of rest."""
    target: Limit | None
    """Our own target where the law has no number: policy, never statute."""
    how: tuple[str, ...]
    """The counting, in sentences."""
    calendar: str
    """The calendar used, with its version; empty if none was."""


Rule = Callable[[int, Unit, Moment, Where, bool], Counted]
"""Counts so many units from a moment, for somewhere; the last says whether the number is only a reading."""


def last_day(amount: int, unit: Unit, start: Moment) -> tuple[date, str]:
    """The last day of a period that leaves out the day of the event, and how it was found."""
    if unit is Unit.CALENDAR_DAYS:
        last = start.day + timedelta(days=amount)
        return last, _("%(start)s is not counted; day %(n)s after it is %(day)s.") % {
            "start": start.day, "n": amount, "day": last,
        }  # fmt: skip
    last = months_after(start.day, amount)
    values = {"start": start.day, "n": amount, "day": last}
    if last.day == start.day.day:
        return last, ngettext(
            "%(n)s month from %(start)s ends on the day of the same number, %(day)s.",
            "%(n)s months from %(start)s end on the day of the same number, %(day)s.",
            amount,
        ) % values
    return last, ngettext(
        "%(n)s month from %(start)s ends on %(day)s, because that month has no day of the same number.",
        "%(n)s months from %(start)s end on %(day)s, because that month has no day of the same number.",
        amount,
    ) % values


def months_after(day: date, months: int) -> date:
    """The day of the same number so many months later, or the last of that month if it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def ends(day: date, zone: str) -> Limit:
    return Limit(end_of_day(day, zone), zone, day)


def hours_from(amount: int, start: Moment) -> str:
    return ngettext(
        "%(n)s hour from %(start)s (%(zone)s).", "%(n)s hours from %(start)s (%(zone)s).", amount
    ) % {"n": number(amount), "start": start.local.isoformat(" ", "minutes")[:16], "zone": start.zone}


def resting(days: Calendar, day: date) -> str:
    return days.rests(day) or _("a day of rest")
