"""An inventory as JSON lines: `{host, ecosystem, release?, name, source?, version, module?}` each. Pure.

Read as a stream, with distinct software kept once: a host costs the numbers of what it runs. A line that
cannot be used is a fault with its place; the others count. Text is refused by its length before anything
looks at it, and a name that climbs directories is refused although nothing here opens it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import msgspec

from duecare.errors import BadInput
from duecare.patching.advisories.interface import Fault
from duecare.patching.matching.triples import Triple, triple
from duecare.words import gettext as _
from duecare.words import number

LINE = 64 << 10
"""Bytes of a line: many times what seven fields need."""
FIELD = 4096
"""Characters of a field."""
FAULTS = 1000
"""Faults that are kept one by one; the rest are counted."""
_PIECE = 1 << 20
Fields = tuple[str, str | None, str, str | None, str, str | None]


class _Line(msgspec.Struct, gc=False):
    host: str
    ecosystem: str
    name: str
    version: str
    release: str | None = None
    source: str | None = None
    module: str | None = None

    @property
    def fields(self) -> Fields:
        """All but the host."""
        return (self.ecosystem, self.release, self.name, self.source, self.version, self.module)


_decode = msgspec.json.Decoder(_Line).decode


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
        found = _read(line)
        fields = found.fields
        known = self._seen.get(fields)
        if known is None:
            known = self._seen[fields] = self._number(found)
        held = self.hosts.get(found.host)
        if held is None:
            _check("host", found.host, needed=True)
            held = self.hosts[found.host] = array("I")
        held.append(known)

    def _number(self, found: _Line) -> int:
        """The number of software that is met for the first time in these words."""
        for key in ("ecosystem", "name", "version", "release", "source", "module"):
            _check(key, getattr(found, key) or "", needed=key in ("ecosystem", "name", "version"))
        if ".." in found.name.split("/") or found.name.startswith("/"):
            raise BadInput(
                _("the name %(name)s is a path, and no package is called so.") % {"name": repr(found.name)}
            )
        made = triple(
            found.ecosystem,
            found.release or "",
            found.name,
            found.source or "",
            found.version,
            found.module or "",
        )
        known = self._numbers.setdefault(made, len(self.triples))
        if known == len(self.triples):
            self.triples.append(made)
        return known


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Each line, or None for one that is longer than LINE, of which only the end is looked for."""
    while line := stream.readline(LINE + 2):
        if len(line) > LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(_PIECE)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield line


def _read(line: bytes | None) -> _Line:
    """The fields of a line, their types checked; raises BadInput."""
    if line is None:
        raise BadInput(_("the line has more than %(most)s bytes.") % {"most": number(LINE)})
    try:
        return _decode(line.rstrip())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(_("it cannot be read: %(error)s.") % {"error": error}) from None


def _check(key: str, text: str, *, needed: bool) -> None:
    if needed and not text.strip():
        raise BadInput(_("%(key)s is empty.") % {"key": key}, place=key)
    if len(text) > FIELD:
        raise BadInput(
            _("%(key)s has %(count)s characters, and at most %(most)s are taken.")
            % {"key": key, "count": number(len(text)), "most": number(FIELD)},
            place=key,
        )
    if not text.isprintable():
        raise BadInput(_("%(key)s holds characters that cannot be printed.") % {"key": key}, place=key)
