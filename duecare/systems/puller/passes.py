"""What a pass tells the server: one document that names every host of the list, and reports beside it. Pure.

A report lies in a file named by its SHA-256. The document (`duecare-pull/1`, canonical JSON) is put down last
and whole, so what the server finds is a pass that came to its end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from duecare.errors import BadInput, DuecareError
from duecare.ledger import canonical
from duecare.ledger.canonical import parse_utc, utc_text
from duecare.reaching.addresses import is_account, is_address, is_fingerprint
from duecare.words import gettext as _

FORMAT = "duecare-pull/1"
PASSED = ".pull.json"
REPORT = ".report.json"
MOST_HOSTS = 5000
MOST_BYTES = 8 << 20
"""Of the document."""
MOST_REPORT = 16 << 20
"""Bytes of a report that is fetched; what a large host tells is a tenth of that."""
KEY = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
"""Of a pass: when it began, so that they sort, and something random."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_WORDS = 500


class Came(StrEnum):
    """What came of one host."""

    REPORTED = "reported"
    UNREACHABLE = "unreachable"
    OTHER_KEY = "other key"
    """Another SSH host key than the one that is known, or none that is."""
    LATE = "late"
    NO_PYTHON = "no python"
    UNUSABLE = "unusable"
    """What came back is no report, or is too large."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Line:
    """What a pass tells of one host."""

    name: str
    address: str
    port: int
    user: str
    host_key: str
    came: Came
    words: str
    """What ansible, ssh or the host said; empty for a report."""
    report: str
    """SHA-256 of the report, 64 hex; empty without one."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One look at every host of the list."""

    key: str
    begun: datetime
    ended: datetime
    lines: tuple[Line, ...]


def write_pass(told: Pass) -> bytes:
    """The document. Raises BadInput if `read_pass` would not take it."""
    lines = [{**asdict(one), "came": one.came.value} for one in told.lines]
    begun, ended = utc_text(told.begun), utc_text(told.ended)
    data = canonical.encode(
        {"format": FORMAT, "pass": told.key, "begun": begun, "ended": ended, "hosts": lines}
    )
    read_pass(data)
    return data


def read_pass(data: bytes) -> Pass:
    """The pass that a document tells. Raises BadInput naming the place."""
    told = canonical.decode(data)
    if not isinstance(told, dict) or told.keys() != {"format", "pass", "begun", "ended", "hosts"}:
        raise _wrong("$")
    if told["format"] != FORMAT:
        raise _wrong("$.format")
    if not isinstance(told["pass"], str) or not KEY.fullmatch(told["pass"]):
        raise _wrong("$.pass")
    if not isinstance(told["hosts"], list) or len(told["hosts"]) > MOST_HOSTS:
        raise _wrong("$.hosts")
    lines = tuple(_line(one, f"$.hosts[{number}]") for number, one in enumerate(told["hosts"]))
    if len({one.name.casefold() for one in lines}) != len(lines):
        raise _wrong("$.hosts")
    return Pass(told["pass"], _moment(told, "begun"), _moment(told, "ended"), lines)


def _line(value: Any, place: str) -> Line:
    if not isinstance(value, dict) or value.keys() != {one.name for one in fields(Line)}:
        raise _wrong(place)
    texts = value.keys() - {"port"}
    if any(not isinstance(value[name], str) for name in texts) or type(value["port"]) is not int:
        raise _wrong(place)
    holds = {
        "name": 0 < len(value["name"]) <= 253
        and value["name"].isprintable()
        and not any(one.isspace() for one in value["name"]),
        "address": is_address(value["address"]),
        "port": 1 <= value["port"] <= 65535,
        "user": is_account(value["user"]),
        "host_key": is_fingerprint(value["host_key"]),
        "came": value["came"] in set(Came),
        "words": len(value["words"]) <= _WORDS and value["words"].isprintable(),
        "report": bool(_DIGEST.fullmatch(value["report"])) or not value["report"],
        "came and report": bool(value["report"]) == (value["came"] == Came.REPORTED),
    }
    for name, well in holds.items():
        if not well:
            raise _wrong(f"{place}.{name}")
    return Line(**{**value, "came": Came(value["came"])})


def _moment(told: Mapping[str, Any], name: str) -> datetime:
    try:
        return parse_utc(told[name])
    except (DuecareError, TypeError):
        raise _wrong(f"$.{name}") from None


def _wrong(place: str) -> BadInput:
    return BadInput(
        _("This is not what the puller writes: %s is wrong.") % place,
        _("Look at the puller; its next pass is read anew."),
        place,
    )
