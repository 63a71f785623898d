"""Moments and days in the words that people use, with the exact moment always beside them.

Nothing here reads a clock: `now` is passed in, and on a page about a past day it is that day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.web.figures import number

FAR = timedelta(days=31)
"""From here on a date says more than a distance."""


def exact(moment: datetime) -> str:
    """The moment to the minute in the current zone, with the zone's name: "23 November 2026, 14:17 UTC"."""
    local = timezone.localtime(moment)
    return _("%(day)s, %(time)s %(zone)s") % {
        "day": date_format(local, "DATE_FORMAT"),
        "time": date_format(local, "TIME_FORMAT"),
        "zone": local.tzname(),
    }


def relative(moment: datetime, now: datetime) -> str:
    """How far `moment` lies from `now`: "3 hours ago", "in 2 days"; beyond a month the date.

    Both are aware. Units are cut, never rounded up: 47 hours ago is "1 day ago".
    """
    distance = abs(moment - now)
    if distance >= FAR:
        return date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")
    if distance < timedelta(minutes=1):
        return _("just now") if moment <= now else _("in a moment")
    words = _length(distance)
    return (_("%s ago") if moment <= now else _("in %s")) % words


def relative_day(day: date, today: date) -> str:
    """A day beside `today`: "today", "tomorrow", "yesterday", "Thu 26 Nov" within a month, else its date."""
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get((day - today).days)
    if near is not None:
        return near
    return date_format(day, "MONTH_DAY_FORMAT" if abs(day - today) < FAR else "SHORT_DATE_FORMAT")


def _length(distance: timedelta) -> str:
    minutes = distance // timedelta(minutes=1)
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": number(minutes)}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": number(hours)}
    days = hours // 24
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}
