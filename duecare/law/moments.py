"""When something happened: read so that it can mean one instant only, or refused with the question to ask.

A time on a wall says nothing without its place, and on two nights a year it says nothing even with it: on one
the clocks skip an hour, on the other they show one twice. Such a time is never guessed. Inside, all times are
UTC; the zone stays beside them, because limits in days end with a day of somewhere.

A date without a time is a day of its zone. What counts in days can use it; what counts in hours asks for the
time.

Pure: no Django, no clock, no network (the zones' own rules are read from the system or `tzdata`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from duecare.errors import BadInput
from duecare.words import gettext as _

EARLIEST, LATEST = date(1990, 1, 1), date(2200, 1, 1)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, or a whole day, somewhere."""

    at: datetime
    """In UTC; of a whole day its first instant."""
    zone: str
    """IANA name ("Europe/Berlin") or an offset ("+05:30")."""
    whole_day: bool = False
    """Whether only the day is known."""

    @property
    def local(self) -> datetime:
        return self.at.astimezone(tz(self.zone))

    @property
    def day(self) -> date:
        """The local day on which it lies."""
        return self.local.date()

    @property
    def last(self) -> datetime:
        """The last instant that it may be: itself, or the end of its day."""
        return end_of_day(self.day, self.zone) if self.whole_day else self.at

    def written(self) -> str:
        """As it was meant: "2026-11-23", or a local time with its offset."""
        return self.day.isoformat() if self.whole_day else self.local.isoformat()


def moment(written: str, zone: str | None, place: str) -> Moment:
    """The moment written as ISO 8601: a date, or a time with its offset or in `zone`.

    Raises BadInput that begins with `place` for a text that is no time, one without a zone, and a local time
    that never was or was twice; its next step is the question to ask.
    """
    if not isinstance(written, str) or not (_DAY.fullmatch(written) or _TIME.fullmatch(written)):
        raise BadInput(
            _("%(place)s: %(written)s is no time.") % {"place": place, "written": repr(written)},
            _("Write it as 2026-11-23T14:30 or 2026-11-23."),
            place,
        )
    try:
        read = datetime.fromisoformat(written.replace("Z", "+00:00"))
    except ValueError as error:
        raise BadInput(
            _("%(place)s: %(written)s is no time: %(fault)s.")
            % {"place": place, "written": repr(written), "fault": error},
            _("Write it as 2026-11-23T14:30 or 2026-11-23."),
            place,
        ) from error
    if not EARLIEST <= read.date() < LATEST:
        raise BadInput(
            _("%(place)s: %(written)s lies outside 1990 to 2199.") % {"place": place, "written": written},
            _("Correct the year."),
            place,
        )
    if zone is not None:
        known_zone(zone, place)
    if _DAY.fullmatch(written):
        if zone is None:
            raise _zone_asked(written, place)
        return Moment(start_of_day(read.date(), zone), zone, whole_day=True)
    if read.tzinfo is not None:
        return Moment(read.astimezone(UTC), zone or _offset(read))
    if zone is None:
        raise _zone_asked(written, place)
    return Moment(_instant(read, zone, place), zone)


def _zone_asked(written: str, place: str) -> BadInput:
    return BadInput(
        _("%(place)s: offset or zone required: %(written)s alone may be any of a day's hours.")
        % {"place": place, "written": written},
        _("Say where it was so late: a zone such as Europe/Berlin, or an offset such as +01:00."),
        place,
    )


def _instant(read: datetime, zone: str, place: str) -> datetime:
    """The one instant at which clocks in the zone showed this."""
    early, late = (read.replace(tzinfo=tz(zone), fold=fold) for fold in (0, 1))
    shown = read.isoformat(timespec="minutes")
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    told = {
        "place": place,
        "zone": zone,
        "time": shown,
        "first": f"{shown}{_offset(early)}",
        "second": f"{shown}{_offset(late)}",
    }
    if early.astimezone(UTC).astimezone(tz(zone)).replace(tzinfo=None) != read:
        raise BadInput(
            _("%(place)s: nonexistent local time: in %(zone)s the clocks went from before %(time)s to after.")
            % told,
            _("What did a clock show? Write the time with its offset: %(first)s or %(second)s.") % told,
            place,
        )
    raise BadInput(
        _("%(place)s: ambiguous local time: in %(zone)s the clocks showed %(time)s twice.") % told,
        _("Was it the first time, %(first)s, or the second, %(second)s? Write it with that offset.") % told,
        place,
    )


def _offset(read: datetime) -> str:
    return read.isoformat()[-6:] if read.utcoffset() else "+00:00"


def known_zone(zone: str, place: str) -> None:
    """Raises BadInput for a zone that does not exist."""
    try:
        tz(zone)
    except (ValueError, OSError, TypeError) as error:
        raise BadInput(
            _("%(place)s: there is no zone %(zone)s.") % {"place": place, "zone": repr(zone)},
            _("Write one such as Europe/Berlin or America/New_York."),
            place,
        ) from error


@lru_cache(maxsize=256)
def tz(zone: str) -> tzinfo:
    """The zone of an IANA name or an offset. Raises ValueError or OSError if there is none."""
    if offset := _OFFSET.fullmatch(zone):
        sign, hours, minutes = offset.groups()
        told = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-told if sign == "-" else told)
    try:
        return ZoneInfo(zone)
    except KeyError as error:
        raise ValueError(zone) from error


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC.

    Where midnight comes twice it is the first; where it is skipped, the instant at which the clocks skip it:
    both are what `fold=0` reads (PEP 495).
    """
    return datetime.combine(day, time()).replace(tzinfo=tz(zone)).astimezone(UTC)


def end_of_day(day: date, zone: str) -> datetime:
    """The last instant of a local day, in UTC (the earlier reading where it is skipped or comes twice)."""
    return _earlier(datetime.combine(day, time.max), zone)


def at_time(day: date, at: time, zone: str) -> datetime:
    """That time of a local day, in UTC (the earlier reading where it is skipped or comes twice)."""
    return _earlier(datetime.combine(day, at), zone)


def _earlier(local: datetime, zone: str) -> datetime:
    return min(local.replace(tzinfo=tz(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
