"""Reading a host report that came from elsewhere, before anything believes it.

The bytes may be anything: a file cut off by a full disk, a report of a newer version, an attack on the
parser. `read_report` gives a `Report` or raises BadInput that names the place; it never raises anything else
and never recurses deeper than the format allows. The rules are those of docs/report-format.md, "Refused on
import"; JSON is that of RFC 8259, with its freedoms taken away where parsers differ (section 4, names).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from duecare.errors import BadInput
from duecare.systems.report_schema import (
    FAMILIES_WITH_ALL,
    HEAD,
    LATER_FIELDS,
    LATER_SECTIONS,
    OPTIONAL_SECTIONS,
    SECTIONS,
    Shape,
    parse_moment,
)
from duecare.words import gettext as _
from duecare.words import gettext_noop, number

FORMAT = "duecare-report/1"
SIZE_LIMIT = 64 << 20
DEPTH_LIMIT = 32
CLOCK_TOLERANCE = timedelta(days=1)
"""How far ahead of this server's clock a host's may be."""

_RETAKE = gettext_noop("Collect the report again and send the file as it is.")


@dataclass(frozen=True, slots=True)
class Report:
    """What one computer said of itself at one moment. The sections are as the format describes them."""

    name: str
    """The host's own name: a claim."""
    key: str
    """64 hexadecimal digits that stay with the host."""
    kind: str
    """server, desktop, container, virtual or unknown."""
    collected_at: datetime
    """By the host's clock, aware, UTC."""
    live: bool
    """False if a mounted file system was read."""
    as_root: bool
    version: str
    """Of the collector."""
    facts: Mapping[str, Mapping[str, Any]] = field(repr=False)


def read_report(data: bytes, now: datetime) -> Report:
    """The report that the bytes hold. `now` is aware. Raises BadInput, and nothing else."""
    if len(data) > SIZE_LIMIT:
        raise BadInput(
            _("The report has %(count)s bytes; at most %(size_limit)s are taken.")
            % {"count": number(len(data)), "size_limit": number(SIZE_LIMIT)},
            _("Look whether the file is a report at all."),
        )
    report = _parse(data)
    if isinstance(report, dict):
        _require_format(report.get("format"))
    for place, fault in _faults(report, "$"):
        raise BadInput(_("%(place)s: %(fault)s.") % {"place": place, "fault": fault}, _(_RETAKE))
    if not isinstance(report, dict):
        raise BadInput(_("The file holds JSON, but not an object."), _(_RETAKE))
    HEAD(report, "$")
    for name, shape in SECTIONS.items():
        _require_section(report["facts"], name, shape)
    _require_later(report["facts"])
    collected_at = parse_moment(report["collected_at"], "$.collected_at")
    if collected_at - now > CLOCK_TOLERANCE:
        raise BadInput(
            _("$.collected_at: %(collected_at)s is more than a day ahead of this server's clock.")
            % {"collected_at": report["collected_at"]},
            _("Set the clock of the host (or of this server) right and collect again."),
        )
    host, collector = report["host"], report["collector"]
    return Report(
        name=host["name"],
        key=host["key"],
        kind=host["kind"],
        collected_at=collected_at,
        live=collector["live"],
        as_root=collector["as_root"],
        version=collector["version"],
        facts=report["facts"],
    )


def _require_section(facts: Mapping[str, Any], name: str, shape: Shape) -> None:
    if name not in facts:
        raise BadInput(_("$.facts.%(name)s is missing.") % {"name": name}, _(_RETAKE))
    shape(facts[name], f"$.facts.{name}")


def _require_later(facts: Mapping[str, Any]) -> None:
    """What collectors did not tell at first: needed of the families that always had it, else only right."""
    has_all = facts["os"]["family"] in FAMILIES_WITH_ALL
    for name, shape in LATER_SECTIONS.items():
        if has_all or name in facts:
            _require_section(facts, name, shape)
    for name, shape in OPTIONAL_SECTIONS.items():
        if name in facts:
            _require_section(facts, name, shape)
    for name, fields in LATER_FIELDS.items():
        for key, shape in fields.items():
            if has_all and key not in facts[name]:
                raise BadInput(
                    _("$.facts.%(name)s.%(key)s is missing.") % {"name": name, "key": key}, _(_RETAKE)
                )
            if facts[name].get(key) is not None:
                shape(facts[name][key], f"$.facts.{name}.{key}")


def _require_format(found: object) -> None:
    if found == FORMAT:
        return
    match = re.fullmatch(r"duecare-report/([0-9]{1,9})", found) if isinstance(found, str) else None
    if match and int(match[1]) > 1:
        raise BadInput(
            _("$.format: the report is of the newer format %(found)s; this version reads %(format)s.")
            % {"found": found, "format": FORMAT},
            _("Update Duecare, then import the file again."),
        )
    shown = ascii(found)[:60]
    raise BadInput(
        _("$.format: expected %(format)s, got %(shown)s.") % {"format": FORMAT, "shown": shown},
        _("Choose a file that duecare collect made."),
    )


# ── From bytes to values ─────────────────────────────────────────────────────────────────────────────────

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_CUT_OFF = re.compile(r"(?:-?|t(?:r(?:u)?)?|f(?:a(?:l(?:s)?)?)?|n(?:u(?:l)?)?)\s*\Z")


class _Fault:
    """Stands in the place of a value that the format refuses, until its path is known."""

    __slots__ = ("what",)

    def __init__(self, what: str) -> None:
        self.what = what


def _parse(data: bytes) -> Any:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise _truncated(len(data)) from error
        raise BadInput(_("Byte %(value)s is not UTF-8.") % {"value": error.start + 1}, _(_RETAKE)) from error
    _require_shallow(data)
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=lambda digits: _Fault(
                _("the number %(digits)s is not a whole number") % {"digits": digits[:20]}
            ),
            parse_constant=lambda name: _Fault(_("%(name)s is not a number of JSON") % {"name": name}),
        )
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated string") or _CUT_OFF.match(text, error.pos):
            raise _truncated(len(data)) from error
        at = len(text[: error.pos].encode()) + 1
        raise BadInput(
            _("Byte %(at)s is not as JSON demands: %(msg)s.") % {"at": at, "msg": error.msg}, _(_RETAKE)
        ) from error


def _truncated(size: int) -> BadInput:
    if not size:
        return BadInput(_("The file is empty."), _(_RETAKE))
    return BadInput(_("The report breaks off after byte %(size)s.") % {"size": number(size)}, _(_RETAKE))


def _require_shallow(data: bytes) -> None:
    depth = 0
    for bracket in _STRING.sub(b"", data).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEPTH_LIMIT:
            raise BadInput(
                _("The report is nested deeper than %(depth_limit)s levels.") % {"depth_limit": DEPTH_LIMIT},
                _(_RETAKE),
            )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Fault:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice, _count = Counter(key for key, _value in pairs).most_common(1)[0]
    return _Fault(_("the key %(key)s stands there twice") % {"key": ascii(twice[:40])})


def _integer(digits: str) -> int | _Fault:
    value = int(digits) if len(digits) <= 17 else 1 << 53
    return (
        value
        if abs(value) < 1 << 53
        else _Fault(_("the number %(digits)s is too large") % {"digits": digits[:20]})
    )


def _faults(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Place and fault of each value that no report may hold, whatever its place."""
    if isinstance(value, _Fault):
        yield place, value.what
    elif isinstance(value, str):
        fault = _text_fault(value)
        if fault:
            yield place, fault
    elif isinstance(value, dict):
        for key, item in value.items():
            fault = _text_fault(key)
            if fault:
                yield place, _("in the name of a member %(fault)s") % {"fault": fault}
            yield from _faults(item, f"{place}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{place}[{index}]")


def _text_fault(text: str) -> str:
    if "\0" in text:
        return _("the text holds a NUL")
    if text.isascii():
        return ""
    if any("\ud800" <= character <= "\udfff" for character in text):
        return _("the text holds half of a surrogate pair")
    return "" if unicodedata.is_normalized("NFC", text) else _("the text is not in Unicode's form NFC")
