"""How the times of a timeline are shown: in the case's zone, with UTC beside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.incidents.timeline.kinds import LATE, late_by
from duecare.incidents.timeline.models import TimelineEntry
from duecare.incidents.timeline.queries import moment_of
from duecare.law.moments import tz
from duecare.web.words import status
from duecare.words import number


def utc_text(at: datetime) -> str:
    """The instant in UTC as ISO 8601 writes it, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def local_text(at: datetime, zone: str) -> str:
    """The instant as clocks in the zone showed it: "25 October 2026, 02:30 CET"."""
    local = at.astimezone(tz(zone))
    return _("%(day)s, %(time)s %(zone)s") % {
        "day": date_format(local, "DATE_FORMAT"),
        "time": date_format(local, "TIME_FORMAT"),
        "zone": local.tzname(),
    }


def both(at: datetime, zone: str) -> SafeString:
    """The instant in a zone, with UTC below."""
    return format_html(
        '{}<br><time class="small quiet mono" datetime="{}">{}</time>',
        local_text(at, zone),
        utc_text(at),
        utc_text(at),
    )


def happened_text(entry: TimelineEntry, zone: str) -> SafeString:
    """When an entry happened, in the case's zone; of a whole day that day, where it was told."""
    if not entry.whole_day:
        return both(entry.happened_at, zone)
    day = date_format(entry.happened_at.astimezone(tz(entry.zone)), "DATE_FORMAT")
    return format_html('{}<br><span class="small quiet">{}</span>', day, _("only the day is known"))


def lateness(entry: TimelineEntry) -> timedelta | None:
    """How late an entry was written; None if it was in time."""
    return late_by(moment_of(entry), entry.observed_at, entry.recorded_at)


def late_text(entry: TimelineEntry) -> SafeString:
    """The mark of a late entry; empty for one in time."""
    late = lateness(entry)
    return SafeString("") if late is None else status("late", _("Late: %s after") % length(late))


def late_hours() -> int:
    """From how many hours on an entry is late."""
    return LATE // timedelta(hours=1)


def length(of: timedelta) -> str:
    """A length of time in the two units that matter: "3 days 4 hours", "12 minutes"."""
    minutes = max(0, of // timedelta(minutes=1))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        told = [_days(days), *([_hours(hours)] if hours else [])]
    elif hours:
        told = [_hours(hours), *([_minutes(rest)] if rest else [])]
    else:
        told = [_minutes(rest)]
    return " ".join(told)


def _days(count: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": number(count)}


def _hours(count: int) -> str:
    return ngettext("%(n)s hour", "%(n)s hours", count) % {"n": number(count)}


def _minutes(count: int) -> str:
    return ngettext("%(n)s minute", "%(n)s minutes", count) % {"n": number(count)}


def span(least: timedelta, most: timedelta) -> str:
    """A time that is known, or the bounds between which it lies."""
    if least == most:
        return length(most)
    return _("between %(least)s and %(most)s") % {"least": length(least), "most": length(most)}
