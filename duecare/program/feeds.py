"""A calendar that other programs subscribe to, as RFC 5545 text.

Each event takes a whole day (section 3.6.1: a DTSTART that is a DATE and no DTEND) and takes nobody's time
(TRANSP). Text is escaped as section 3.3.11 says and lines are folded at 75 octets as section 3.1 says, never
within a character. NAME and REFRESH-INTERVAL are of RFC 7986; X-WR-CALNAME says the name to older programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

FOLD = 75
"""Octets of a line without its end."""
PRODUCT = "-//Duecare//Duties//EN"


@dataclass(frozen=True, slots=True)
class Event:
    """Something on one day."""

    uid: str
    """The same for as long as it is the same thing; globally unique."""
    day: date
    title: str
    url: str
    """Where its page is: an absolute address."""
    words: str = ""


def calendar(name: str, events: Iterable[Event], stamped: datetime) -> str:
    """The calendar of that name, its lines ended by CRLF. `stamped` (aware) is when this was written."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]
    for event in events:
        lines += _event(event, stamped)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(event: Event, stamped: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"DTSTAMP:{stamped.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"SUMMARY:{_text(event.title)}"
    if event.words:
        yield f"DESCRIPTION:{_text(event.words)}"
    yield f"URL:{_plain(event.url)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(value: str) -> str:
    """A TEXT value: what has a meaning is escaped, control characters are dropped."""
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\")
    value = value.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return _plain(value)


def _plain(value: str) -> str:
    """Without control characters, above all the ends of lines; a tab becomes a space."""
    return "".join(
        letter for letter in value.replace("\t", " ") if letter >= " " and not "\x7f" <= letter < "\xa0"
    )


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most FOLD octets; each but the first begins with a space that counts."""
    part, size = "", 0
    for letter in line:
        length = len(letter.encode("utf-8", "replace"))
        if size + length > FOLD:
            yield part
            part, size = " ", 1
        part += letter
        size += length
    yield part
