"""Advisories for Composer packages as FriendsOfPHP writes them: a file of YAML each, or a JSON object each.

Format: https://github.com/FriendsOfPHP/security-advisories#contributing. `branches` hold lists of bounds,
each list one range; `time` is when the branch was fixed. The file's path is the only name of its own: of an
archive or a directory its last three parts count, `vendor/package/CVE-1.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from duecare.patching.advisories.found import Found, Unreadable, ids, moment, name_of, words
from duecare.patching.advisories.interface import Advisory, Affected, Event, EventKind, Range, Verdict
from duecare.patching.advisories.names import canonical_name
from duecare.words import gettext as _

FEED = "friendsofphp"


class _Branch(msgspec.Struct):
    versions: list[str] | None = None
    time: str | None = None


class _Record(msgspec.Struct):
    reference: str
    branches: dict[str, _Branch]
    title: str | None = None
    cve: str | None = None
    path: str | None = None


_record = msgspec.json.Decoder(_Record, strict=False).decode
_BOUND = re.compile(r"\s*(>=|<=|>|<|==?)\s*v?(\S+)\s*")
_KINDS = {
    ">=": EventKind.INTRODUCED,
    ">": EventKind.AFTER,
    "<": EventKind.FIXED,
    "<=": EventKind.LAST_AFFECTED,
}


def read(data: bytes, place: str, found: Found) -> None:
    """Take in one record of JSON. Raises Unreadable or msgspec.DecodeError if it cannot be used at all."""
    _take(_record(data), place, found)


def read_mapping(told: Mapping[str, Any], place: str, found: Found) -> None:
    """Take in one record that was YAML. Raises as `read` does."""
    record = msgspec.convert(told, _Record, strict=False)
    if record.path is None:
        record.path = "/".join((place or found.name).split("/")[-3:])
    _take(record, place, found)


def is_one(told: object) -> bool:
    """Whether what a file of YAML holds is a record of this format."""
    return isinstance(told, dict) and (
        "branches" in told or str(told.get("reference", "")).startswith("composer://")
    )


def _take(record: _Record, place: str, found: Found) -> None:
    scheme, _sep, name = record.reference.partition("://")
    if scheme != "composer":
        raise Unreadable(
            _("%(reference)s is no package of Composer's") % {"reference": record.reference[:80]}
        )
    name = canonical_name("Packagist", name_of(name, "name"))
    identity = name_of((record.path or place).removesuffix(".yaml").removesuffix(".yml"), "path")
    ranges: list[Range] = []
    versions: list[str] = []
    faults = found.fault_count
    for title, branch in record.branches.items():
        where = f"{place or identity}: {title[:80]}"
        try:
            _branch(branch, ranges, versions, found, where)
        except Unreadable as error:
            found.fault(where, error, of=None)
    package = Affected("Packagist", "", name, False, tuple(ranges), tuple(versions))
    said = [package] if ranges or versions else []
    if found.fault_count > faults or not said:
        note = _("a range could not be read") if record.branches else _("no versions are named")
        said.append(Affected("Packagist", "", name, False, (), said=Verdict.UNDECIDED, note=note))
    times = [time for time in (moment(branch.time) for branch in record.branches.values()) if time]
    found.add(
        Advisory(
            id=identity,
            feed=FEED,
            aliases=ids([record.cve]),
            related=(),
            summary=words(record.title),
            published=min(times, default=None),
            modified=max(times, default=None),
            withdrawn=None,
            severity=(),
            affected=tuple(said),
        )
    )


def _branch(branch: _Branch, ranges: list[Range], versions: list[str], found: Found, place: str) -> None:
    """Add what a branch says: a version alone, or bounds that hold together."""
    events = []
    exact = []
    for text in branch.versions or ():
        read_bound = _BOUND.fullmatch(text) if len(text) < 300 else None
        if read_bound is None:
            raise Unreadable(_("%(text)s is no bound of versions") % {"text": repr(text[:80])})
        operator, version = read_bound.groups()
        if operator in ("=", "=="):
            exact.append(found.version(version, place))
        else:
            events.append(Event(_KINDS[operator], found.version(version, place)))
    if not events and not exact:
        raise Unreadable(_("no versions are named"))
    kinds = [event.kind for event in events]
    starts = sum(kind in (EventKind.INTRODUCED, EventKind.AFTER) for kind in kinds)
    if starts > 1 or len(kinds) - starts > 1 or (exact and events):
        raise Unreadable(_("more than one lower or upper bound: which one holds is not said"))
    versions.extend(exact)
    if events:
        ranges.append(tuple(events) if starts else (Event(EventKind.INTRODUCED, "0"), *events))
