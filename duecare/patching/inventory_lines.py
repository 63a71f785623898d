"""An inventory as JSON lines: `{host, ecosystem, release?, name, source?, version, module?}` each. Pure.

Read as a stream, with distinct software kept once: a host costs the numbers of what it runs. A line that
cannot be used is a fault with its place; the others count. Text is refused by its length before anything
looks at it, and a name that climbs directories is refused although nothing here opens it.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from duecare.errors import BadInput
from duecare.patching.advisories.interface import Fault
from duecare.patching.triples import Triple, triple
from duecare.words import gettext as _
from duecare.words import number

LINE = 64 << 10
"""Bytes of a line: many times what seven fields need."""
FIELD = 4096
"""Characters of a field."""
FAULTS = 1000
"""Faults that are kept one by one; the rest are counted."""
_PIECE = 1 << 20
Fields = tuple[str, str, str, str, str, str]


@dataclass(slots=True)
class Inventory:
    """Who runs what."""

    triples: list[Triple] = field(default_factory=list)
    hosts: dict[str, array[int]] = field(default_factory=dict)
    """For each host the places in `triples` of what it runs, in the order of the lines."""
    lines: int = 0
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    _numbers: dict[Triple, int] = field(default_factory=dict)
    _seen: dict[Fields, int] = field(default_factory=dict)

    def read(self, stream: BinaryIO, name: str) -> None:
        """Take in all lines of a stream. `name` is that of the file, for faults."""
        for count, line in enumerate(_lines(stream), 1):
            if line is not None and not line.strip():
                continue
            self.lines += 1
            try:
                self._take(line)
            except BadInput as error:
                self.fault(f"{name}: line {count}", str(error))

    def fault(self, place: str, reason: str) -> None:
        """Note what could not be read."""
        self.fault_count += 1
        if len(self.faults) < FAULTS:
            self.faults.append(Fault(place, reason))

    def _take(self, line: bytes | None) -> None:
        host, fields = _fields(line)
        known = self._seen.get(fields)
        if known is None:
            ecosystem, release, name, source, version, module = fields
            made = triple(ecosystem, release, name, source, version, module)
            known = self._numbers.setdefault(made, len(self.triples))
            if known == len(self.triples):
                self.triples.append(made)
            self._seen[fields] = known
        held = self.hosts.get(host)
        if held is None:
            held = self.hosts[host] = array("I")
        held.append(known)


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Each line, or None for one that is longer than LINE, of which only the end is looked for."""
    while line := stream.readline(LINE + 2):
        if len(line) > LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(_PIECE)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield line


def _fields(line: bytes | None) -> tuple[str, Fields]:
    """The host and the fields of a line; raises BadInput."""
    if line is None:
        raise BadInput(_("the line has more than %(most)s bytes.") % {"most": number(LINE)})
    try:
        found = json.loads(line.decode("utf-8-sig").rstrip())
    except (ValueError, RecursionError) as error:
        raise BadInput(_("this is no JSON: %(error)s.") % {"error": _what(error)}) from None
    if not isinstance(found, dict):
        raise BadInput(_("a JSON object is expected."))
    host = _text(found, "host", needed=True)
    name = _text(found, "name", needed=True)
    if ".." in name.split("/") or name.startswith("/"):
        raise BadInput(_("the name %(name)s is a path, and no package is called so.") % {"name": repr(name)})
    return host, (
        _text(found, "ecosystem", needed=True),
        _text(found, "release"),
        name,
        _text(found, "source"),
        _text(found, "version", needed=True),
        _text(found, "module"),
    )


def _what(error: Exception) -> str:
    """What is wrong with a line of JSON, and at which character of it."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, {_('character')} {number(error.pos + 1)}"
    return _("it is nested too deep") if isinstance(error, RecursionError) else _("it is not UTF-8")


def _text(found: dict[str, Any], key: str, *, needed: bool = False) -> str:
    text = found.get(key)
    if text is None and not needed:
        return ""
    if not isinstance(text, str) or (needed and not text.strip()):
        raise BadInput(_("%(key)s is expected to be a text.") % {"key": key}, place=key)
    if len(text) > FIELD:
        raise BadInput(
            _("%(key)s has %(count)s characters, and at most %(most)s are taken.")
            % {"key": key, "count": number(len(text)), "most": number(FIELD)},
            place=key,
        )
    if not text.isprintable():
        raise BadInput(_("%(key)s holds characters that cannot be printed.") % {"key": key}, place=key)
    return text
