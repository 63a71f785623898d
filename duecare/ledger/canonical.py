"""The one encoding of a value, so that the same facts always have the same digest.

Canonical JSON as in docs/ledger-format.md: a subset of RFC 8785 (JCS) without fractions. Object keys are
ASCII, so that sorting by code point and by UTF-16 unit (RFC 8785, 3.2.3) agree and the standard library's
encoder gives the right bytes at several times the speed of a full JCS encoder.

Reading is strict by construction: decode, encode again, refuse bytes that differ. That catches repeated
keys, white space, key order, other escapes and `-0` without a rule for each.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, NoReturn
from unicodedata import is_normalized

from duecare.errors import BadInput

MAX_DEPTH = 64
"""How deep objects and lists may nest."""
MAX_SIZE = 16 * 1024 * 1024
"""Most bytes of one encoded value."""
MAX_INT = 2**53 - 1
"""Largest magnitude of an integer: what every JSON reader can hold exactly (RFC 7493, 2.2)."""


class CanonicalError(BadInput):
    """What has no canonical form; the message starts with the place, such as `$.record.name`."""


class _Fault(Exception):
    """Carries a problem up from where it was found; each level on the way adds its step to the place."""

    def __init__(self, problem: str, next_step: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.next_step = next_step
        self.steps: list[str] = []

    def explained(self) -> CanonicalError:
        return CanonicalError(f"${''.join(reversed(self.steps))}: {self.problem}.", self.next_step)


def utc_text(moment: datetime) -> str:
    """`moment` as `YYYY-MM-DDTHH:MM:SS.ffffffZ`; it must be aware."""
    if moment.utcoffset() is None:
        raise CanonicalError(f"{moment.isoformat()}: a time without a zone.", "Give an aware datetime.")
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
    except OverflowError as error:
        raise CanonicalError(f"{moment.isoformat()}: outside the years 1 to 9999 in UTC.") from error


def parse_utc(text: str) -> datetime:
    """The aware UTC time that `utc_text` wrote as `text`; any other form is refused."""
    try:
        moment = datetime.fromisoformat(text)
        if utc_text(moment) == text:
            return moment
    except ValueError:
        pass
    raise CanonicalError(f"{text!r} is not a time.", "Write it as YYYY-MM-DDTHH:MM:SS.ffffffZ in UTC.")


def encode(value: Any) -> bytes:
    """The canonical JSON of `value`, UTF-8.

    `value` is made of dict (ASCII text keys), list, tuple, str, int, bool, None, and of aware datetime and
    date, which become text. Anything else raises CanonicalError with its place.
    """
    try:
        _check(value, 0)
    except _Fault as fault:
        raise fault.explained() from None
    data = _ENCODER.encode(value).encode()
    if len(data) > MAX_SIZE:
        raise CanonicalError(f"$: {len(data)} bytes, more than {MAX_SIZE}.", "Store it as a blob instead.")
    return data


def decode(data: bytes) -> Any:
    """The value of canonical JSON; bytes that `encode` would not write raise CanonicalError."""
    if len(data) > MAX_SIZE:
        raise CanonicalError(f"$: {len(data)} bytes, more than {MAX_SIZE}.", "This is no entry of a ledger.")
    try:
        text = data.decode()
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise CanonicalError(f"byte {error.start}: not UTF-8.", "Encode the text as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise CanonicalError(f"character {error.pos}: {error.msg}.", "Give well-formed JSON.") from error
    except RecursionError:
        raise CanonicalError(f"$: nested more than {MAX_DEPTH} deep.", "Flatten it.") from None
    except ValueError as error:
        raise CanonicalError(
            f"$: {error}.", "Write integers of at most 2^53-1, and decimals as text."
        ) from error
    again = encode(value)
    if again != data:
        at = next((i for i, (a, b) in enumerate(zip(again, data, strict=False)) if a != b), len(again))
        raise CanonicalError(
            f"byte {at}: not canonical, expected {again[at : at + 20]!r} and got {data[at : at + 20]!r}.",
            "Sort the keys, without repeats or white space, and use the shortest escapes.",
        )
    return value


def _check(value: Any, depth: int) -> None:
    """Raise _Fault at the first part of `value` that has no canonical form."""
    if isinstance(value, str):
        if not value.isascii():
            _check_text(value)
    elif value is None or isinstance(value, int):
        if value and not -MAX_INT <= value <= MAX_INT:
            raise _Fault("an integer beyond 2^53-1", "Write it as text.")
    elif isinstance(value, dict):
        _check_depth(depth)
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise _Fault(f"the key {key!r} is not ASCII text", "Name it in ASCII.")
            kind = type(item)
            if (kind is str and item.isascii()) or item is None or kind is bool:
                continue  # what most items are: checked here because a call costs more than the check
            try:
                _check(item, depth + 1)
            except _Fault as fault:
                fault.steps.append(f".{key}" if key.isidentifier() else f"[{json.dumps(key)}]")
                raise
    elif isinstance(value, (list, tuple)):
        _check_depth(depth)
        for index, item in enumerate(value):
            try:
                _check(item, depth + 1)
            except _Fault as fault:
                fault.steps.append(f"[{index}]")
                raise
    elif isinstance(value, datetime):
        if value.utcoffset() is None:
            raise _Fault("a time without a zone", "Give an aware datetime.")
    elif isinstance(value, float):
        raise _Fault("a fraction", "Use an integer of a smaller unit, or text.")
    elif not isinstance(value, date):
        raise _Fault(
            f"a {type(value).__name__} has no canonical form", "Give text, integers, lists or objects."
        )


def _check_depth(depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise _Fault(f"nested more than {MAX_DEPTH} deep", "Flatten it.")


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _Fault(
            f"a lone surrogate at character {error.start}", "Replace what is not a character."
        ) from None
    if not is_normalized("NFC", text):
        raise _Fault("text that is not in Unicode's form NFC", "Normalise it where it enters.")


def _date_text(value: Any) -> str:
    return utc_text(value) if isinstance(value, datetime) else value.isoformat()


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"the number {text[:20]} is not an integer")


# Circles need no check of their own: the depth is bounded before the encoder runs.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"), default=_date_text
)
_DECODER = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number)
