"""Times and dates as a report writes them: UTC to the second, and ISO days (docs/report-format.md)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

UTC = timezone.utc  # noqa: UP017  (datetime.UTC is newer than the oldest Python that runs this)


def from_epoch(seconds: float) -> str | None:
    """A report's time; None if it is out of range."""
    try:
        return moment(datetime.fromtimestamp(int(seconds), UTC))
    except (OverflowError, ValueError, OSError):
        return None


def moment(at: datetime) -> str:
    """A report's time: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def mail_date(text: str | None) -> str | None:
    """A report's time of a date such as `Sat, 21 Nov 2026 00:53:02 UTC` (RFC 5322 section 3.3)."""
    match = re.match(r"(?:\w+, *)?(\d+) (\w{3}) (\d{4}) (\d+):(\d+):(\d+) ?(UTC|GMT|[+-]\d{4})?", text or "")
    if match is None or match[2] not in _MONTHS:
        return None
    zone = match[7] or "UTC"
    offset = 0 if zone in ("UTC", "GMT") else int(zone[:3]) * 60 + int(zone[0] + zone[3:])
    year, month = int(match[3]), _MONTHS.index(match[2]) + 1
    day, hour, minute, second = (int(match[index]) for index in (1, 4, 5, 6))
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=timezone(timedelta(minutes=offset)))
        return moment(at)
    except ValueError:
        return None


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def epoch_day(text: str) -> str | None:
    """A report's date of a count of days since 1970, as /etc/shadow writes it; None for none or 0."""
    if not text.isdigit() or int(text) == 0:
        return None
    try:
        return (date(1970, 1, 1) + timedelta(days=int(text))).isoformat()
    except OverflowError:
        return None


def days_between(earlier: str, later: datetime) -> int:
    """Whole days, rounded down, from a report's time to an aware moment; negative if that lies before."""
    return (later - datetime.strptime(earlier, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)).days


def latest(*moments: str | None) -> str | None:
    return max((at for at in moments if at), default=None)


def earliest(*moments: str | None) -> str | None:
    return min((at for at in moments if at), default=None)
