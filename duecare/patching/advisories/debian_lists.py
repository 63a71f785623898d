"""Debian's lists of security advisories, DSA and DLA: as the tracker keeps them, and parsed to JSON lines.

The text is that of `data/DSA/list` and `data/DLA/list` (https://security-team.debian.org/security_tracker.html):

    [29 Mar 2023] DSA-5380-1 xorg-server - security update
            {CVE-2023-1393}
            [bullseye] - xorg-server 2:1.20.11-1+deb11u1

Names are those of source packages. A release that is not named is not spoken of. `NOTE:` lines are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from duecare.patching.advisories.found import Found, Unreadable, ids, midnight, moment, name_of, words
from duecare.patching.advisories.interface import Advisory, Affected, Event, EventKind, Verdict
from duecare.patching.advisories.names import debian_release
from duecare.words import gettext as _

FEED = "debian"
HEAD = re.compile(rb"\[(\d{1,2} [A-Z][a-z]{2} \d{4})\] (D[SLT]A-[0-9-]+)\s+(.*)")
_CVES = re.compile(rb"\s+\{([^}]*)\}\s*")
_LINE = re.compile(rb"\s+\[([\w.-]+)\]\s+-\s+(\S+)\s+(\S+)\s*(\(.*\))?\s*")
_START = Event(EventKind.INTRODUCED, "0")


class _Package(msgspec.Struct):
    release: str
    source: str
    fixed: str
    note: str | None = None


class _Record(msgspec.Struct):
    id: str
    pkgs: list[_Package]
    date: str | None = None
    summary: str | None = None
    cves: list[str] | None = None


_record = msgspec.json.Decoder(_Record).decode


def read(data: bytes, place: str, found: Found) -> None:
    """Take in one parsed record. Raises Unreadable or msgspec.DecodeError."""
    record = _record(data)
    identity = name_of(record.id, "id")
    where = place or identity
    affected = [
        source_package(debian_release(one.release), one.source, one.fixed, one.note or "", found, where)
        for one in record.pkgs
    ]
    found.add(_advisory(identity, moment(record.date), record.summary, record.cves, affected))


def read_text(lines: Iterable[bytes], place: str, found: Found) -> None:
    """Take in a list as Debian keeps it, line by line."""
    entry: _Entry | None = None
    for number, line in enumerate(lines, start=1):
        where = f"{place}: line {number}" if place else f"line {number}"
        try:
            head = HEAD.fullmatch(line.rstrip())
            if head is not None:
                _close(entry, found)
                entry = _Entry(head[1].decode(), head[2].decode(), head[3].decode())
            elif line.strip():
                _inside(entry, line.rstrip(b"\r\n"), found, where)
        except (Unreadable, UnicodeDecodeError) as error:
            found.fault(where, error, of="Debian")
    _close(entry, found)


def source_package(release: str, source: str, fixed: str, note: str, found: Found, place: str) -> Affected:
    """What Debian says of a source package in one release: a version with the fix, or one of its marks."""
    name = name_of(source, "name")
    match fixed:
        case "<not-affected>":
            return Affected("Debian", release, name, True, (), said=Verdict.NOT_AFFECTED, note=words(note))
        case "<undetermined>":
            note = note or _("Debian has not yet looked whether it is affected")
            return Affected("Debian", release, name, True, (), said=Verdict.UNDECIDED, note=words(note))
        case "<unfixed>" | "<end-of-life>" | "<no-dsa>" | "<ignored>" | "<postponed>":
            mark = f"{fixed} {note}".strip()
            return Affected("Debian", release, name, True, ((_START,),), note=words(mark))
    if not fixed or fixed.startswith("<"):
        raise Unreadable(_("%(mark)s is no version and no mark that is known here") % {"mark": fixed[:80]})
    end = Event(EventKind.FIXED, found.version(fixed, place))
    return Affected("Debian", release, name, True, ((_START, end),), note=words(note))


@dataclass(slots=True)
class _Entry:
    """An advisory while its lines come in."""

    date: str
    identity: str
    summary: str
    cves: list[str] = field(default_factory=list)
    affected: list[Affected] = field(default_factory=list)


def _inside(entry: _Entry | None, line: bytes, found: Found, place: str) -> None:
    cves = _CVES.fullmatch(line)
    package = _LINE.fullmatch(line)
    if line.lstrip().startswith(b"NOTE:"):
        return
    if entry is None or (cves is None and package is None):
        raise Unreadable(_("the line is of no form that is known here: %(line)s") % {"line": _shown(line)})
    if cves is not None:
        entry.cves.extend(cves[1].decode().split())
    if package is not None:
        release, source, fixed, note = (part.decode() if part else "" for part in package.groups())
        entry.affected.append(source_package(debian_release(release), source, fixed, note, found, place))


def _shown(line: bytes) -> str:
    return repr(line[:80].decode(errors="replace"))


def _close(entry: _Entry | None, found: Found) -> None:
    if entry is None:
        return
    try:
        published = midnight(datetime.strptime(entry.date, "%d %b %Y").replace(tzinfo=UTC).date())
    except ValueError:
        found.fault(entry.identity, _("%(date)s is no day") % {"date": entry.date}, of=None)
        published = None
    found.add(_advisory(entry.identity, published, entry.summary, entry.cves, entry.affected))


def _advisory(
    identity: str,
    published: datetime | None,
    summary: str | None,
    cves: list[str] | None,
    affected: list[Affected],
) -> Advisory:
    return Advisory(
        id=identity,
        feed=FEED,
        aliases=(),
        related=ids(cves),
        summary=words(summary),
        published=published,
        modified=None,
        withdrawn=None,
        severity=(),
        affected=tuple(affected),
    )
