"""Advisories of the OSV schema 1.x (https://ossf.github.io/osv-schema/), one JSON document each.

What the schema cannot say and some sources hide is read from where they put it:
- Go: `ecosystem_specific.custom_ranges` hold fixes in the versions of the product where those of the module
  name none (https://go.dev/doc/security/vuln/database#schema); they take the place of an open range.
- AlmaLinux: a version with `.module_el` is that of a module. Which stream, only a summary such as
  `nodejs:18 security update` tells; where it names none or two, it is UNKNOWN_MODULE.
- A range of commits (type GIT) is not ours: what has nothing else is undecided.

A record of which some value is not of its kind still names its packages: these are undecided under its id,
and nothing else is. One that does not even do that is refused, and leaves open what it is about.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from duecare.patching.advisories.found import Found, Unreadable, ids, moment, name_of, words
from duecare.patching.advisories.interface import (
    UNKNOWN_MODULE,
    Advisory,
    Affected,
    Event,
    EventKind,
    Range,
    Verdict,
)
from duecare.patching.advisories.names import OF_SOURCES, canonical_name, split_ecosystem
from duecare.patching.versions.interface import LIMIT
from duecare.words import gettext as _

FEED = "osv"


class _Event(msgspec.Struct, gc=False):
    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class _Range(msgspec.Struct):
    type: str
    events: list[_Event] = []
    repo: str | None = None


class _Package(msgspec.Struct, gc=False):
    ecosystem: str
    name: str


class _Severity(msgspec.Struct, gc=False):
    score: str | None = None


class _Affected(msgspec.Struct):
    package: _Package | None = None
    ranges: list[_Range] | None = None
    versions: list[str] | None = None
    severity: list[_Severity] | None = None
    ecosystem_specific: msgspec.Raw = msgspec.Raw(b"")


class _Word(msgspec.Struct, gc=False):
    severity: Any = None


class _Record(msgspec.Struct):
    id: str
    modified: str | None = None
    published: str | None = None
    withdrawn: str | None = None
    aliases: list[str] | None = None
    related: list[str] | None = None
    upstream: list[str] | None = None
    summary: str | None = None
    details: str | None = None
    severity: list[_Severity] | None = None
    affected: list[_Affected] | None = None
    database_specific: msgspec.Raw = msgspec.Raw(b"")


class _Custom(msgspec.Struct):
    custom_ranges: list[_Range] | None = None


_record = msgspec.json.Decoder(_Record).decode
_anything = msgspec.json.Decoder(dict[str, Any]).decode
_custom = msgspec.json.Decoder(_Custom).decode
_word = msgspec.json.Decoder(_Word).decode

_STREAM = re.compile(r"(?:^| )([a-z0-9][\w.-]*:[A-Za-z0-9][\w.-]*)(?=[ /]|$)")
_START = Event(EventKind.INTRODUCED, "0")


def read(data: bytes, place: str, found: Found) -> None:
    """Take in one record. Raises Unreadable or msgspec.DecodeError for one that cannot be used at all."""
    try:
        record = _record(data)
    except msgspec.ValidationError as error:
        lost = _names_alone(data)
        if lost is None:
            raise
        reason = _("a value is not of the kind that its format has: %(error)s") % {"error": error}
        found.fault(place or lost.id, reason, of=None)
        found.add(lost)
        return
    identity = name_of(record.id, "id")
    where = place or identity
    stream = _stream(record.summary)
    affected: list[Affected] = []
    for index, one in enumerate(record.affected or ()):
        try:
            affected += _affected(one, found, f"{where}: affected[{index}]", stream)
        except Unreadable as error:
            found.fault(f"{where}: affected[{index}]", error, of=_ecosystem(one))
    if record.affected and not affected:
        return
    found.add(
        Advisory(
            id=identity,
            feed=FEED,
            aliases=ids(record.aliases),
            related=ids([*(record.related or ()), *(record.upstream or ())]),
            summary=words(record.summary or record.details),
            published=moment(record.published),
            modified=moment(record.modified),
            withdrawn=moment(record.withdrawn),
            severity=_severity(record),
            affected=tuple(affected),
        )
    )


def _names_alone(data: bytes) -> Advisory | None:
    """An advisory that says of the packages that a record names that nothing is decided; None if it names
    none, or not all as they must be."""
    told = _anything(data)
    affected, withdrawn = told.get("affected"), told.get("withdrawn")
    if not isinstance(affected, list) or not affected:
        return None
    said = []
    try:
        identity = name_of(told.get("id"), "id")
        for one in affected:
            package = one.get("package") if isinstance(one, dict) else None
            if not isinstance(package, dict):
                return None
            ecosystem, release = split_ecosystem(name_of(package.get("ecosystem"), "ecosystem"))
            name = canonical_name(ecosystem, name_of(package.get("name"), "name"))
            note = _("what it says could not be read")
            by_source = ecosystem in OF_SOURCES
            said.append(Affected(ecosystem, release, name, by_source, (), said=Verdict.UNDECIDED, note=note))
    except Unreadable:
        return None
    gone = moment(withdrawn) if isinstance(withdrawn, str) else None
    return Advisory(identity, FEED, (), (), "", None, None, gone, (), tuple(said))


def _ecosystem(one: _Affected) -> str:
    """The ecosystem of what cannot be used, if it can be told; else empty."""
    try:
        return "" if one.package is None else split_ecosystem(name_of(one.package.ecosystem, ""))[0]
    except Unreadable:
        return ""


def _affected(one: _Affected, found: Found, place: str, stream: str) -> list[Affected]:
    """What is said of one package; a second time, undecided, where a range of it was refused."""
    if one.package is None:
        return [_commits_only(one, place)]
    ecosystem, release = split_ecosystem(name_of(one.package.ecosystem, "ecosystem"))
    name = canonical_name(ecosystem, name_of(one.package.name, "name"))
    by_source = ecosystem in OF_SOURCES
    faults = found.fault_count
    given = [each for each in one.ranges or () if each.type != "GIT"]
    ranges = [_events(each, found, place, None) for each in given]
    refused = found.fault_count > faults
    note = ""
    if ecosystem == "Go" and b"custom_ranges" in bytes(one.ecosystem_specific):
        ranges, note = _with_custom(ranges, one.ecosystem_specific, found, place)
    kept = tuple(each for each in ranges if each)
    versions = tuple(one.versions or ())
    if versions and max(map(len, versions)) > LIMIT:
        versions = tuple(found.version(text, place) for text in versions)
    said = []
    if kept or versions:
        module = (stream or UNKNOWN_MODULE) if ecosystem == "AlmaLinux" and _modular(kept) else ""
        said.append(Affected(ecosystem, release, name, by_source, kept, versions, module, note=note))
    if refused or not said:
        if refused:
            note = _("a range could not be read")
        elif one.ranges:
            note = _("only commits are named as affected, and no versions")
        else:
            note = _("neither ranges nor versions are named")
        undecided = Verdict.UNDECIDED
        said.append(Affected(ecosystem, release, name, by_source, (), said=undecided, note=note))
    return said


def _commits_only(one: _Affected, place: str) -> Affected:
    """What names no package: commits of a repository, which no inventory holds."""
    repositories = [each.repo for each in one.ranges or () if each.repo]
    if not repositories:
        raise Unreadable(_("%(place)s names neither a package nor a repository") % {"place": place})
    note = _("only commits are named as affected, and no versions")
    return Affected(
        "GIT", "", name_of(repositories[0], "repository"), False, (), said=Verdict.UNDECIDED, note=note
    )


def _events(each: _Range, found: Found, place: str, of: str | None) -> Range:
    """The events of a range, or none with a fault, that leaves open `of`, where it says nothing."""
    events: list[Event] = []
    for one in each.events:
        before = len(events)
        if one.introduced is not None:
            events.append(_event(EventKind.INTRODUCED, one.introduced, found, place))
        if one.fixed is not None:
            events.append(_event(EventKind.FIXED, one.fixed, found, place))
        if one.last_affected is not None:
            events.append(_event(EventKind.LAST_AFFECTED, one.last_affected, found, place))
        if one.limit is not None:
            if one.limit != "*":  # "no limit", in the schema's words
                events.append(_event(EventKind.LIMIT, one.limit, found, place))
            before -= 1
        if len(events) == before:
            reason = _("an event of a range says nothing that is known here; the range is refused")
            found.fault(place, reason, of=of)
            return ()
    if not events:
        found.fault(place, _("a range has no events; the range is refused"), of=of)
    return tuple(events)


def _event(kind: EventKind, version: str, found: Found, place: str) -> Event:
    if version == "0" and kind is EventKind.INTRODUCED:
        return _START
    return Event(kind, version if len(version) <= LIMIT else found.version(version, place))


def _with_custom(ranges: list[Range], raw: msgspec.Raw, found: Found, place: str) -> tuple[list[Range], str]:
    """Go's ranges with those in the product's own versions, which stand for the ranges that are open."""
    custom = [_events(each, found, place, "Go") for each in _custom(raw).custom_ranges or ()]
    if not any(custom):
        return ranges, ""
    closed = [each for each in ranges if any(event.kind is not EventKind.INTRODUCED for event in each)]
    note = _("the range is given in the product's versions, which need not be those of the module")
    return [*closed, *custom], note


def _modular(ranges: tuple[Range, ...]) -> bool:
    return any(".module_el" in event.version for each in ranges for event in each)


def _stream(summary: str | None) -> str:
    """The one module stream that a summary names, or none."""
    if not summary or ":" not in summary:
        return ""
    named = set(_STREAM.findall(summary[:300]))
    return named.pop() if len(named) == 1 else ""


def _severity(record: _Record) -> tuple[str, ...]:
    """CVSS vectors, of the record or of its packages; else the word in `database_specific`."""
    given = list(record.severity or ())
    for one in record.affected or ():
        given.extend(one.severity or ())
    if given:
        return ids(each.score for each in given)
    raw = record.database_specific
    if b'"severity"' not in bytes(raw):
        return ()
    try:
        word = _word(raw).severity
    except msgspec.DecodeError:
        return ()
    return (words(word),) if isinstance(word, str) and word else ()
