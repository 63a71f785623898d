"""When an order may be carried out: from when to when, on which weekdays, between which hours. Pure.

The hours are those of a named zone, as people there read their clocks: a window that begins at 22:00 begins
at 22:00 in summer and in winter. One that ends before it begins runs over midnight and belongs to the day on
which it begins; one whose ends are equal is the whole day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from duecare.errors import BadInput
from duecare.ledger import canonical
from duecare.words import gettext as _

LONGEST = timedelta(days=60)
"""From the first to the last moment of an order: what was signed long ago is asked for again."""
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*){0,2}")


@dataclass(frozen=True, slots=True)
class Window:
    """When hosts may be begun with."""

    not_before: datetime
    not_after: datetime
    zone: str
    days: frozenset[int]
    """0 for Monday to 6 for Sunday."""
    begins: time
    ends: time

    def open_at(self, now: datetime) -> bool:
        """Whether hosts may be begun with at this moment."""
        if not self.not_before <= now < self.not_after:
            return False
        local = now.astimezone(ZoneInfo(self.zone))
        at, today, yesterday = local.time(), local.weekday(), (local.weekday() - 1) % 7
        if self.begins < self.ends:
            return today in self.days and self.begins <= at < self.ends
        return (today in self.days and at >= self.begins) or (yesterday in self.days and at < self.ends)

    def opens(self, now: datetime) -> datetime | None:
        """When hosts may next be begun with: `now` if that is so already, None if never again."""
        zone = ZoneInfo(self.zone)
        after = max(now, self.not_before)
        if self.open_at(after):
            return after
        for ahead in range(9):
            day = after.astimezone(zone).date() + timedelta(days=ahead)
            start = datetime.combine(day, self.begins, zone).astimezone(now.tzinfo)
            if start >= after and self.open_at(start):
                return start
        return None

    def told(self) -> dict[str, Any]:
        """As it stands in an order."""
        return {
            "not_before": self.not_before,
            "not_after": self.not_after,
            "zone": self.zone,
            "days": sorted(self.days),
            "from": f"{self.begins:%H:%M}",
            "to": f"{self.ends:%H:%M}",
        }


def parse_window(value: Any, place: str) -> Window:
    """The window in an order. Raises BadInput naming the place."""
    names = {"not_before", "not_after", "zone", "days", "from", "to"}
    if not isinstance(value, dict) or value.keys() != names:
        raise _wrong(place, _("exactly %s") % ", ".join(sorted(names)))
    first, last = (_instant(value[name], f"{place}.{name}") for name in ("not_before", "not_after"))
    if not first < last <= first + LONGEST:
        raise _wrong(f"{place}.not_after", _("after its beginning and within %s days") % LONGEST.days)
    days = value["days"]
    if not isinstance(days, list) or not days or any(type(d) is not int or not 0 <= d <= 6 for d in days):
        raise _wrong(f"{place}.days", _("a list of weekdays from 0 to 6"))
    return Window(
        first,
        last,
        _zone(value["zone"], f"{place}.zone"),
        frozenset(days),
        _hour(value["from"], f"{place}.from"),
        _hour(value["to"], f"{place}.to"),
    )


def _instant(value: Any, place: str) -> datetime:
    if not isinstance(value, str):
        raise _wrong(place, _("a time"))
    return canonical.parse_utc(value)


def _hour(value: Any, place: str) -> time:
    if not isinstance(value, str) or not _HOUR.fullmatch(value):
        raise _wrong(place, _("a time of day such as 22:00"))
    return time.fromisoformat(value)


def _zone(value: Any, place: str) -> str:
    if isinstance(value, str) and _ZONE.fullmatch(value):
        try:
            return ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise _wrong(place, _("a time zone such as Europe/Dublin"))


def _wrong(place: str, expected: str) -> BadInput:
    return BadInput(
        _("The order cannot be used: %(place)s is not %(expected)s.")
        % {"place": place, "expected": expected},
        _("Have a new order made."),
        place,
    )
