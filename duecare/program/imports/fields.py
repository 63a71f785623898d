"""What a cell of a list may hold, and from its text to a value; pure.

A text that fits nothing is an error of its cell and never guessed at. A day such as 03/04/2026 is read only
where its column, or who wrote the file, shows which of the two numbers is the month.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import Any
from unicodedata import normalize

from duecare.words import gettext as _
from duecare.words import gettext_noop, number

YEARS = range(1900, 2201)
MOST_NUMBER = 2_000_000_000
MOST_LISTED = 50
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What our own CSV puts an apostrophe before (`web/exports.py`); it is taken off again."""


class Type(StrEnum):
    """What a field holds."""

    TEXT = gettext_noop("text")
    CHOICE = gettext_noop("choice")
    YES_NO = gettext_noop("yes or no")
    DAY = gettext_noop("day")
    MOMENT = gettext_noop("day and time")
    NUMBER = gettext_noop("whole number")
    LIST = gettext_noop("list")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a list, as columns are mapped to it."""

    name: str
    """As the record calls it."""
    label: Any
    """In words, to be translated when shown."""
    type: Type = Type.TEXT
    required: bool = False
    longest: int = 200
    """Characters of a text."""
    choices: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    """Other words for a choice, in lower case."""
    heads: tuple[str, ...] = ()
    """What columns of it are often called."""
    empty: Any = None
    """The value of an empty cell; null means unknown."""


class Known(str):
    """The key of a record as a value, with what people call the record."""

    told: str

    def __new__(cls, key: str, told: str) -> Known:
        made = super().__new__(cls, key)
        made.told = told
        return made


YES = frozenset(("yes", "true", "y", "1", "on", "enabled", "ja", "wahr", "oui", "vrai", "sí", "si",
                 "verdadero", "sim", "vero", "waar", "x", "✓"))  # fmt: skip
NO = frozenset(("no", "false", "n", "0", "off", "disabled", "nein", "falsch", "non", "faux", "falso", "não",
                "nee", "onwaar"))  # fmt: skip
UNKNOWN = frozenset(
    ("unknown", "n/a", "na", "-", "–", "—", "null", "none", "not available", "unbekannt", "inconnu")
)


class Order(StrEnum):
    """Which number of a day such as 3/4/2026 comes first."""

    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Reading:
    """How the days and times of a column are meant."""

    zone: tzinfo
    """Of times that name none."""
    order: Order | None = None
    """None where the column does not show it."""


_DAY = re.compile(
    r"(?:(?P<iso>\d{4})[-/.](?P<iso_month>\d{1,2})[-/.](?P<iso_day>\d{1,2})"
    r"|(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}))"
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second_of>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)


def value_of(wanted: Field, text: str, reading: Reading) -> Any:
    """The value that a cell gives a field. Raises ValueError with the reason, in words, if it gives none."""
    text = _plain(text)
    if not text or (wanted.type is not Type.TEXT and text.lower() in UNKNOWN):
        if wanted.required:
            raise ValueError(_("it is empty and must not be"))
        return wanted.empty
    match wanted.type:
        case Type.TEXT:
            return _text(wanted, text)
        case Type.CHOICE:
            return _choice(wanted, text)
        case Type.YES_NO:
            return _yes_no(text)
        case Type.NUMBER:
            return _number(text)
        case Type.LIST:
            return _list(wanted, text)
        case _:
            moment, has_time = _moment(text, reading)
            if wanted.type is Type.MOMENT:
                return moment.astimezone(UTC)
            return moment.date() if not has_time else moment.astimezone(reading.zone).date()


def order_of(texts: Iterable[str]) -> Order | None:
    """Which number comes first in a column's days, if any of them shows it and none the other way."""
    month_first = day_first = False
    for text in texts:
        found = _DAY.fullmatch(_plain(text))
        if found and found["first"] and found["mark"] != ".":
            day_first |= int(found["first"]) > 12
            month_first |= int(found["second"]) > 12
    if day_first == month_first:
        return None
    return Order.DAY if day_first else Order.MONTH


def _plain(text: str) -> str:
    text = normalize("NFC", text.encode("utf-8", "replace").decode()).replace("\0", "").strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def _text(wanted: Field, text: str) -> str:
    if len(text) > wanted.longest:
        raise ValueError(
            _("it has %(count)s characters, at most %(longest)s are taken")
            % {"count": number(len(text)), "longest": number(wanted.longest)}
        )
    return text


def _choice(wanted: Field, text: str) -> str:
    low = text.lower()
    for choice in wanted.choices:
        if low == choice.lower():
            return choice
    if low in wanted.words:
        return wanted.words[low]
    raise ValueError(
        _("“%(text)s” is none of %(choices)s")
        % {"text": text[:40], "choices": ", ".join(filter(None, wanted.choices))}
    )


def _yes_no(text: str) -> bool:
    low = text.lower()
    if low in YES or low in NO:
        return low in YES
    raise ValueError(_("“%(text)s” is neither yes nor no") % {"text": text[:40]})


def _number(text: str) -> int:
    if re.fullmatch(r"\d{1,10}", text) and int(text) <= MOST_NUMBER:
        return int(text)
    raise ValueError(
        _("“%(text)s” is not a whole number up to %(most_number)s")
        % {"text": text[:40], "most_number": number(MOST_NUMBER)}
    )


def _list(wanted: Field, text: str) -> list[str]:
    found = [one.strip(" []\"'") for one in re.split(r"[,;|\n]", text)]
    kept = list(dict.fromkeys(one for one in found if one))
    if len(kept) > MOST_LISTED or any(len(one) > wanted.longest for one in kept):
        raise ValueError(
            _("it lists more than %(most_listed)s things, or one of over %(longest)s characters")
            % {"most_listed": MOST_LISTED, "longest": wanted.longest}
        )
    return kept


def _moment(text: str, reading: Reading) -> tuple[datetime, bool]:
    """The moment, aware, and whether a time of day was given; a day alone is its beginning."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError(_("“%(text)s” is not a day; write it as 2026-03-01") % {"text": text[:40]})
    year, month, day = _numbers(found, reading.order, text)
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second_of"))
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(_("“%(text)s” has no such hour") % {"text": text[:40]})
        hour = hour % 12 + (12 if found["half"][0] in "Pp" else 0)
    try:
        if year not in YEARS:
            raise ValueError
        moment = datetime.combine(date(year, month, day), time(hour, minute, second), _zone(found, reading))
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_("“%(text)s” is no day of the calendar") % {"text": text[:40]}) from None
    return moment, found["hour"] is not None


def _numbers(found: re.Match[str], order: Order | None, text: str) -> tuple[int, int, int]:
    if found["iso"]:
        return int(found["iso"]), int(found["iso_month"]), int(found["iso_day"])
    first, second, year = int(found["first"]), int(found["second"]), int(found["year"])
    if found["mark"] == "." or first > 12:
        return year, second, first
    if second > 12 or first == second or order is Order.MONTH:
        return year, first, second
    if order is Order.DAY:
        return year, second, first
    raise ValueError(
        _("“%(text)s” does not show which number is the month; write it as 2026-03-01") % {"text": text[:40]}
    )


def _zone(found: re.Match[str], reading: Reading) -> tzinfo:
    named = found["zone"]
    if not named:
        return reading.zone
    if named in ("Z", "UTC", "GMT"):
        return UTC
    zone = datetime.strptime(named.replace(":", ""), "%z").tzinfo
    return zone or UTC
