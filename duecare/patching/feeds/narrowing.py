"""What an update of a feed takes away: advisories withdrawn or gone, and ranges that became smaller. Pure.

Whoever can change a feed can hide a flaw by narrowing its record. An update that takes away from more than a
set share of what was known waits for a person (SECURITY.md 21).

A range is smaller if some version that was affected no longer is. Whether a version is affected changes only
at the bounds of the ranges, so it is asked at each bound of the old and the new, and just after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from duecare.patching.advisories.interface import Advisory, Affected, EventKind, Range, Verdict
from duecare.patching.advisories.loading import Loaded
from duecare.patching.ecosystems import SCHEMES
from duecare.patching.versions import find_scheme
from duecare.patching.versions.interface import Scheme

_OPENS = (EventKind.INTRODUCED, EventKind.AFTER)
_JUST_AFTER = (EventKind.AFTER, EventKind.LAST_AFFECTED)
Package = tuple[str, str, str, bool, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """What an update takes away from what was known before."""

    of: int
    """Advisories, or CVEs with something known of them, that were in force before."""
    withdrawn: int
    """Of these: withdrawn, or no longer there."""
    narrowed: int
    """Of these: still there, and about fewer packages or versions."""

    def beyond(self, percent: int) -> bool:
        """Whether it is more than that share."""
        return (self.withdrawn + self.narrowed) * 100 > self.of * percent


def taken_away(before: Loaded, after: Loaded) -> Taken:
    """What `after` takes away from `before`."""
    new = {(one.feed, one.id): one for one in after.advisories if one.withdrawn is None}
    old = [one for one in before.advisories if one.withdrawn is None]
    withdrawn = narrowed = 0
    for one in old:
        other = new.get((one.feed, one.id))
        if other is None:
            withdrawn += 1
        elif one.affected != other.affected and is_narrower(one, other):
            narrowed += 1
    for cve, known in before.enrichment.items():
        still = after.enrichment.get(cve)
        if still is None or (known.kev_added is not None and still.kev_added is None):
            withdrawn += 1
    return Taken(len(old) + len(before.enrichment), withdrawn, narrowed)


def is_narrower(before: Advisory, after: Advisory) -> bool:
    """Whether some version of some package was affected before and is not any more."""
    new = _by_package(after.affected)
    for package, old in _by_package(before.affected).items():
        if package not in new or _loses(old, new[package], SCHEMES.get(package[0])):
            return True
    return False


def _by_package(said: Iterable[Affected]) -> Mapping[Package, list[Affected]]:
    """What is said of each package as affected, or not known to be unaffected."""
    found: dict[Package, list[Affected]] = {}
    for one in said:
        if one.said in (Verdict.AFFECTED, Verdict.UNDECIDED):
            found.setdefault((one.ecosystem, one.release, one.name, one.by_source, one.module), []).append(
                one
            )
    return found


def _loses(old: list[Affected], new: list[Affected], scheme_name: str | None) -> bool:
    if any(not one.ranges and not one.versions for one in new):
        return False  # said of the whole package
    if any(not one.ranges and not one.versions for one in old):
        return True
    scheme = None if scheme_name is None else find_scheme(scheme_name)
    named = {version for one in new for version in one.versions}
    ranges = [each for one in new for each in one.ranges]
    before = [each for one in old for each in one.ranges]
    moves, then = _keyed(ranges, scheme), _keyed(before, scheme)
    if moves is None or then is None:
        # Versions that cannot be put in order: what was said must be said again.
        lost = {version for one in old for version in one.versions} - named
        return bool(lost) or not set(before) <= set(ranges)
    for version in {version for one in old for version in one.versions} - named:
        key = None if scheme is None else scheme.key(version)
        if key is None or not _affects(moves, key):
            return True
    keys = {key for each in (*moves, *then) for key, _opens in each} | {b""}
    points = keys | {key + b"\0" for key in keys}
    return any(_affects(then, point) and not _affects(moves, point) for point in points)


Moves = list[list[tuple[bytes, bool]]]
"""For each range: the keys at which it opens (True) or closes, in order."""


def _keyed(ranges: Iterable[Range], scheme: Scheme | None) -> Moves | None:
    """The ranges in keys; None if one holds a version that has none."""
    found: Moves = []
    for each in ranges:
        moves = []
        for event in each:
            if event.kind is EventKind.INTRODUCED and event.version == "0":
                key: bytes | None = b""
            else:
                key = None if scheme is None else scheme.key(event.version)
            if key is None:
                return None
            moves.append((key + b"\0" if event.kind in _JUST_AFTER else key, event.kind in _OPENS))
        found.append(sorted(moves))
    return found


def _affects(ranges: Moves, point: bytes) -> bool:
    """Whether the point lies where the last event at or before it opens, in any range."""
    for moves in ranges:
        inside = False
        for key, opens in moves:
            if key > point:
                break
            inside = opens
        if inside:
            return True
    return False
