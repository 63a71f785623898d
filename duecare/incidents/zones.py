"""The zones among which people choose for what they tell of a case."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def zones() -> tuple[str, ...]:
    """All places that tzdata names, and UTC."""
    skipped = ("Etc/", "SystemV/", "posix/", "right/")
    named = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(skipped))
    return ("UTC", *sorted(named))


def zone_choices(own: str) -> list[tuple[str, str]]:
    """As a form offers them, the case's own first."""
    return [(own, own), *((zone, zone) for zone in zones() if zone != own)]
