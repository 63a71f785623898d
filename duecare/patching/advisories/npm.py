"""Advisories of the Node.js security working group (https://github.com/nodejs/security-wg/tree/main/vuln).

Two kinds in one format family: npm packages (`module_name`, `vulnerable_versions`), and Node.js itself
(`vulnerable`, less `patched`), which is the package `node` of an ecosystem of that name. Ids are the ones
that others know them by, NSWG-ECO-n and NSWG-COR-n; n is told by the record or by its file. An `index.json`
holds the same records by number.
"""

from __future__ import annotations

import re

import msgspec

from duecare.patching.advisories.found import Found, Unreadable, ids, moment, name_of, words
from duecare.patching.advisories.interface import Advisory, Affected, Event, EventKind, Range, Verdict
from duecare.patching.advisories.names import canonical_name
from duecare.patching.advisories.npm_ranges import Interval, NotARange, as_range, intervals, without
from duecare.words import gettext as _

FEED = "npm"


class _Record(msgspec.Struct):
    id: int | str | None = None
    path: str | None = None
    module_name: str | None = None
    vulnerable_versions: str | None = None
    patched_versions: str | None = None
    vulnerable: str | None = None
    patched: str | None = None
    title: str | None = None
    overview: str | None = None
    description: str | None = None
    cves: list[str] | None = None
    cve: list[str] | str | None = None
    cvss_vector: str | None = None
    severity: str | None = None
    publish_date: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


_record = msgspec.json.Decoder(_Record).decode
_table = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_FILE = re.compile(r"(?:^|[/ ])(core|npm)/(\d{1,9})\.json$")
NODE = "node"


def read(data: bytes, place: str, found: Found) -> None:
    """Take in one record. Raises Unreadable or msgspec.DecodeError for one that cannot be used at all."""
    record = _record(data)
    core = record.vulnerable is not None and record.module_name is None
    identity = _identity(record, place, core=core)
    if core:
        package = Affected(NODE, "", NODE, False, (), said=Verdict.UNDECIDED)
        said = _ranges(record.vulnerable, record.patched, found, place or identity, subtract=True)
    else:
        name = canonical_name("npm", name_of(record.module_name, "name"))
        package = Affected("npm", "", name, False, (), said=Verdict.UNDECIDED)
        said = _ranges(
            record.vulnerable_versions, record.patched_versions, found, place or identity, subtract=False
        )
    cves = [record.cve] if isinstance(record.cve, str) else record.cve
    found.add(
        Advisory(
            id=identity,
            feed=FEED,
            aliases=ids(cves or record.cves),
            related=(),
            summary=words(record.title or record.overview or record.description),
            published=moment(record.publish_date or record.created_at),
            modified=moment(record.updated_at),
            withdrawn=None,
            severity=ids([record.cvss_vector or record.severity]),
            affected=(_with(package, said),),
        )
    )


def read_index(data: bytes, place: str, found: Found) -> None:
    """Take in the records of an index, which has them by number."""
    table = _table(data)
    if not any(key.isdecimal() for key in table):
        raise Unreadable(_("it is no index of advisories by number"))
    folder = "core" if "core/" in _text(table.get("path")) + place else "npm"
    for number, raw in table.items():
        if number != "path":
            where = f"{place or 'index.json'}: {folder}/{number[:20]}.json"
            try:
                read(bytes(raw), where, found)
            except (Unreadable, msgspec.DecodeError) as error:
                found.fault(where, error, of="npm")


def _text(raw: msgspec.Raw | None) -> str:
    return "" if raw is None else bytes(raw)[:500].decode(errors="replace")


def _identity(record: _Record, place: str, *, core: bool) -> str:
    for text in (record.path, place):
        named = _FILE.search(text or "")
        if named is not None:
            return f"NSWG-{'COR' if named[1] == 'core' else 'ECO'}-{named[2]}"
    if record.id is not None and not core:
        return name_of(f"NSWG-ECO-{record.id}", "id")
    raise Unreadable(_("no number is given, neither in the record nor by its file's name"))


def _with(package: Affected, said: tuple[Range, ...] | str) -> Affected:
    if isinstance(said, str):
        return Affected(package.ecosystem, "", package.name, False, (), said=Verdict.UNDECIDED, note=said)
    if not said:
        note = _("the range that it names holds no version")
        return Affected(package.ecosystem, "", package.name, False, (), said=Verdict.NOT_AFFECTED, note=note)
    return Affected(package.ecosystem, "", package.name, False, said)


def _ranges(
    vulnerable: str | None, patched: str | None, found: Found, place: str, *, subtract: bool
) -> tuple[Range, ...] | str:
    """The ranges, or why there are none that could be read."""
    if not vulnerable or not vulnerable.strip():
        return _("no vulnerable versions are named")
    try:
        parts = intervals(vulnerable)
    except NotARange as error:
        found.fault(place, _("%(text)s is no range of npm's") % {"text": repr(str(error))}, of=None)
        return _("its range could not be read")
    try:
        fixed = intervals(patched) if patched and patched.strip() else []
    except NotARange as error:
        found.fault(place, _("%(text)s is no range of npm's") % {"text": repr(str(error))}, of=None)
        fixed = []
    if subtract:
        parts = [piece for one in parts for piece in without(one, fixed)]
    return tuple(_as_range(one, fixed) for one in parts)


def _as_range(interval: Interval, patched: list[Interval]) -> Range:
    """The interval with the fix that is named: at its upper end, or as the next above it."""
    high = interval.high
    if high is None:
        return as_range(interval)
    starts = [one.low for one in patched if one.low is not None and one.low.key >= high.key]
    nearest = min(starts, key=lambda bound: bound.key, default=None)
    if nearest is None:
        return as_range(interval)
    if nearest.key == high.key:
        return as_range(interval, fixed=nearest.within)
    if not nearest.within:
        return as_range(interval)
    return (*as_range(interval), Event(EventKind.FIXED, nearest.version))
