"""Counting in days elsewhere: calendar days, and the business days of the SEC, of Brazil, Japan and other
places.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from datetime import date, time, timedelta

from duecare.errors import BadInput
from duecare.law.calendars import DAY, Calendar, calendar
from duecare.law.limits import Counted, Limit, Where, ends, last_day, resting
from duecare.law.moments import Moment, at_time
from duecare.law.terms import Unit
from duecare.words import gettext as _

_NEW_YORK = "America/New_York"
_EDGAR_CLOSES = time(17, 30)


def calendar_days(amount: int, unit: Unit, start: Moment, _where: Where, _soft: bool) -> Counted:
    last, step = last_day(amount, unit, start)
    limit = ends(last, start.zone)
    how = (step, _("Every day counts, and a weekend or holiday at the end gives no more time."))
    return Counted(limit, limit, None, None, how, "")


def sec(amount: int, _unit: Unit, start: Moment, where: Where, _soft: bool) -> Counted:
    """Form 8-K General Instruction B.1. Days are those of the Commission, in New York time."""
    days = calendar("US", where.closures)
    begin = start.day if start.whole_day else Moment(start.at, _NEW_YORK).day
    if days.works(begin):
        last = days.working_after(begin, amount)
        step = _("Business day 1 is the one after %(day)s.") % {"day": begin}
    else:
        first = days.working_from(begin)
        last = days.working_after(first, amount - 1)
        step = _("%(day)s is %(why)s: business day 1 is the next one, %(first)s, itself.") % {
            "day": begin, "why": resting(days, begin), "first": first,
        }  # fmt: skip
    limit = Limit(at_time(last, _EDGAR_CLOSES, _NEW_YORK), _NEW_YORK, last)
    how = (
        step,
        _skipped(days, begin, last),
        _("It is due on business day %(n)s, %(day)s, before 17:30 in New York.") % {"n": amount, "day": last},
    )
    return Counted(limit, limit, None, None, tuple(filter(None, how)), days.source)


def business_days(amount: int, _unit: Unit, start: Moment, where: Where, _soft: bool) -> Counted:
    if not where.place:
        raise BadInput("Business days need a place.", "Say in which country, and state, the notice is due.")
    days = calendar(where.place, where.closures)
    last = days.working_after(start.day, amount)
    limit = ends(last, start.zone)
    how = (
        _("%(start)s is not counted; business day %(n)s in %(place)s is %(day)s.")
        % {"start": start.day, "n": amount, "place": where.place, "day": last},
        _skipped(days, start.day, last),
    )
    return Counted(limit, limit, None, None, tuple(filter(None, how)), days.source)


def brazil(amount: int, unit: Unit, start: Moment, where: Where, soft: bool) -> Counted:
    """National holidays only; days of a state or town, carnival and Corpus Christi are closures by hand."""
    return business_days(amount, unit, start, Where("BR", where.closures), soft)


def japan(amount: int, _unit: Unit, start: Moment, where: Where, soft: bool) -> Counted:
    """Enforcement Rules Art 8: the day of knowledge is day 1. An authority's reading ("promptly") never
    rolls."""
    last = start.day + timedelta(days=amount - 1)
    how = [
        _("%(start)s is day 1, so day %(n)s is %(day)s; every day counts.")
        % {"start": start.day, "n": amount, "day": last}
    ]
    days = calendar("JP", where.closures)
    rolled = last
    while not soft and (_year_end(rolled) or not days.works(rolled)):
        rolled += DAY
    if rolled != last:
        how.append(
            _("%(day)s is a weekend, a holiday or 29 December to 3 January: the limit is %(next)s.")
            % {"day": last, "next": rolled}
        )
    limit = ends(rolled, start.zone)
    return Counted(limit, limit, None, None, tuple(how), "" if soft else days.source)


def _year_end(day: date) -> bool:
    """29 December to 3 January, when Japan's offices are closed."""
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)


def _skipped(days: Calendar, start: date, last: date) -> str:
    """The holidays that were stepped over; weekends go without saying."""
    weekend = days.weekend
    between = (start + DAY * step for step in range(1, (last - start).days))
    named = [
        f"{day} ({days.rests(day)})"
        for day in between
        if day.weekday() not in weekend and not days.works(day)
    ]
    return _("Not counted: weekends and %(days)s.") % {"days": ", ".join(named)} if named else ""
