"""Counting by the law of the Union: Regulation (EEC, Euratom) 1182/71, and DORA's own rule for days of rest.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from datetime import time, timedelta

from duecare.law.calendars import calendar
from duecare.law.limits import Counted, Limit, Where, ends, hours_from, last_day, resting
from duecare.law.moments import Moment, at_time
from duecare.law.obligations import EEA
from duecare.law.terms import Unit
from duecare.words import gettext as _

_NOON = time(12)


def eu_hours(amount: int, _unit: Unit, start: Moment, _where: Where, _soft: bool) -> Counted:
    """Reg. 1182/71 Art 3(1): the hour in which the event falls is not counted. Art 3(4) is not for hours."""
    into = timedelta(
        minutes=start.local.minute, seconds=start.local.second, microseconds=start.local.microsecond
    )
    next_hour = start.at - into + timedelta(hours=1)
    span = timedelta(hours=amount)
    how = (
        hours_from(amount, start),
        _("Weekends, holidays and a change of the clocks do not stop it."),
        _("The law does not count the hour in which it happened, so its own limit ends up to an hour later."),
    )
    return Counted(
        Limit(start.at + span, start.zone), Limit(next_hour + span, start.zone), None, None, how, ""
    )


def eu_days(amount: int, unit: Unit, start: Moment, where: Where, _soft: bool) -> Counted:
    """Reg. 1182/71 Art 3(2)(b)-(c), 3(4), 3(5)."""
    last, step = last_day(amount, unit, start)
    strict = ends(last, start.zone)
    how = [step]
    state = where.place.partition("-")[0]
    if state not in EEA:
        how.append(
            _("Without a member state whose holidays count, the limit is not moved off a day of rest.")
        )
        return Counted(strict, strict, None, None, tuple(how), "")
    days = calendar(state, where.closures)
    rolled = days.working_from(last)
    if rolled != last:
        how.append(
            _("%(day)s is %(why)s in %(place)s: the law lets it end with the next working day, %(next)s.")
            % {"day": last, "why": resting(days, last), "place": state, "next": rolled}
        )
    if unit is Unit.CALENDAR_DAYS and amount >= 2 and (second := days.working_after(start.day, 2)) > rolled:
        rolled = second
        how.append(
            _("A period of two days or more holds at least two working days: until %(day)s.")
            % {"day": second}
        )
    return Counted(strict, ends(rolled, start.zone), None, None, tuple(how), days.source)


def dora(amount: int, unit: Unit, start: Moment, where: Where, soft: bool) -> Counted:
    """Delegated Reg. (EU) 2025/301 Art 5: EU counting; after a day of rest, noon of the next working day."""
    plain = (eu_hours if unit is Unit.HOURS else eu_days)(amount, unit, start, Where(), soft)
    how = plain.how[:-1] if unit is not Unit.HOURS else plain.how
    state = where.place.partition("-")[0]
    if state not in EEA:
        how += (_("Without your member state we cannot tell whether a day of rest gives more time."),)
        return Counted(plain.strict, plain.latest, None, None, how, "")
    days = calendar(state, where.closures)
    strict = plain.strict or Limit(start.at, start.zone)  # both rules give a number
    last = strict.day or Moment(strict.at, start.zone).day
    if days.works(last):
        return Counted(plain.strict, plain.latest, None, None, how, days.source)
    noon = days.working_from(last)
    relief = Limit(at_time(noon, _NOON, start.zone), start.zone)
    how += (
        _("%(day)s is %(why)s in %(place)s: the report may go in until noon of %(next)s.")
        % {"day": last, "why": resting(days, last), "place": state, "next": noon},
    )
    return Counted(plain.strict, plain.latest, relief, None, how, days.source)
