"""Ranges of npm (node-semver, https://github.com/npm/node-semver#ranges) as events.

Read as npm's own audit reads them, with pre-releases included (`includePrerelease`): `<1.5.2` means
1.5.2-beta as well, since a pre-release before the fix does not hold it. Alternatives (`||`) become ranges of
their own; comparators side by side are narrowed to one lower and one upper bound, for which versions are
compared as `versions/semver.py` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from duecare.patching.advisories.interface import Event, EventKind, Range
from duecare.patching.versions.interface import LIMIT
from duecare.patching.versions.semver import NPM

LONGEST = 8192
"""Characters of one expression. The longest seen has 700."""

_PART = r"(0|[1-9][0-9]*|[xX*])"
_TAIL = r"(?:-?((?:[0-9A-Za-z-]+)(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
_VERSION = re.compile(rf"[v=]*\s*{_PART}(?:\.{_PART}(?:\.{_PART}{_TAIL})?)?")
_HYPHEN = re.compile(r"\s*(\S+)\s+-\s+(\S+)\s*")
_GAP = re.compile(r"(>=|<=|~>|[<>~^=])\s+")
_TOKEN = re.compile(r"(>=|<=|~>|[<>~^=]?)(.*)", re.S)
_ANY = ("", "*", "x", "X")


class NotARange(ValueError):
    """The text is no range of npm's."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of an interval."""

    version: str
    within: bool
    """Whether the version itself belongs to the interval."""
    key: bytes


@dataclass(frozen=True, slots=True)
class Interval:
    """All versions between two bounds; none is no bound."""

    low: Bound | None = None
    high: Bound | None = None

    def meets(self, other: Interval) -> Interval | None:
        """What lies in both; None for nothing."""
        low = _tighter(self.low, other.low, upper=False)
        high = _tighter(self.high, other.high, upper=True)
        if (
            low
            and high
            and (low.key > high.key or (low.key == high.key and not (low.within and high.within)))
        ):
            return None
        return Interval(low, high)


def intervals(text: str) -> list[Interval]:
    """What a range means. Empty for one that no version can meet, such as `>2 <1`. Raises NotARange."""
    if len(text) > LONGEST:
        raise NotARange(f"{len(text)} characters")
    found = []
    for alternative in text.split("||"):
        met: Interval | None = Interval()
        for one in _comparators(alternative):
            met = met and met.meets(one)
        if met is not None:
            found.append(met)
    return found


def as_range(interval: Interval, *, fixed: bool = False) -> Range:
    """An interval as events; `fixed` says that its upper bound holds the fix."""
    events = [Event(EventKind.INTRODUCED, "0")]
    if interval.low is not None:
        kind = EventKind.INTRODUCED if interval.low.within else EventKind.AFTER
        events = [Event(kind, interval.low.version)]
    if interval.high is not None:
        if interval.high.within:
            kind = EventKind.LAST_AFFECTED
        else:
            kind = EventKind.FIXED if fixed else EventKind.BELOW
        events.append(Event(kind, interval.high.version))
    return tuple(events)


def without(interval: Interval, holes: list[Interval]) -> list[Interval]:
    """What remains of an interval outside all of `holes`, in order."""
    left = [interval]
    for hole in holes:
        left = [piece for each in left for piece in _cut(each, hole)]
    return left


def _cut(whole: Interval, hole: Interval) -> Iterator[Interval]:
    if whole.meets(hole) is None:
        yield whole
        return
    if hole.low is not None:
        before = whole.meets(Interval(None, Bound(hole.low.version, not hole.low.within, hole.low.key)))
        if before is not None:
            yield before
    if hole.high is not None:
        after = whole.meets(Interval(Bound(hole.high.version, not hole.high.within, hole.high.key), None))
        if after is not None:
            yield after


def _tighter(a: Bound | None, b: Bound | None, *, upper: bool) -> Bound | None:
    if a is None or b is None:
        return a or b
    if a.key == b.key:
        return a if not a.within else b
    return a if (a.key < b.key) is upper else b


def _comparators(text: str) -> Iterator[Interval]:
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen is not None:
        yield _from_to(hyphen[1], hyphen[2])
        return
    for token in _GAP.sub(r"\1", text).split():
        found = _TOKEN.fullmatch(token)
        assert found is not None  # noqa: S101 - it takes every text
        yield _comparator(found[1], found[2])


Parts = tuple[int | None, int | None, int | None, str]
"""Major, minor, patch (None for a wildcard or for none) and pre-release."""


def _parts(text: str) -> Parts:
    if text in _ANY:
        return None, None, None, ""
    found = _VERSION.fullmatch(text) if len(text) <= LIMIT else None
    if found is None:
        raise NotARange(text[:80])
    numbers: list[int | None] = []
    for part in found.groups()[:3]:
        # After a wildcard everything is one.
        wild = part is None or part in "xX*" or (bool(numbers) and numbers[-1] is None)
        numbers.append(None if wild else int(part))
    major, minor, patch = numbers
    return major, minor, patch, (found[4] or "") if patch is not None else ""


def _bound(major: int, minor: int, patch: int, pre: str, *, within: bool) -> Bound:
    version = f"{major}.{minor}.{patch}" + (f"-{pre}" if pre else "")
    key = NPM.key(version)
    if key is None:
        raise NotARange(version[:80])
    return Bound(version, within, key)


def _low(parts: Parts, *, within: bool = True) -> Bound:
    """The lower bound at a version; of one in part, its first pre-release."""
    major, minor, patch, pre = parts
    return _bound(major or 0, minor or 0, patch or 0, "0" if patch is None else pre, within=within)


def _next(parts: Parts) -> Bound | None:
    """The upper bound at the end of all versions that a version in part stands for."""
    major, minor, patch, _pre = parts
    if major is None:
        return None
    if minor is None:
        return _bound(major + 1, 0, 0, "0", within=False)
    if patch is None:
        return _bound(major, minor + 1, 0, "0", within=False)
    return _bound(major, minor, patch + 1, "0", within=False)


def _comparator(operator: str, text: str) -> Interval:
    parts = _parts(text)
    major, minor, patch, pre = parts
    if operator in ("^", "~", "~>"):
        return _caret(parts) if operator == "^" else _tilde(parts)
    if major is None:
        if operator in ("<", ">"):  # less or more than every version: nothing
            zero = _bound(0, 0, 0, "0", within=False)
            return Interval(zero, zero)
        return Interval()
    whole = patch is not None
    if operator == ">=":
        return Interval(_low(parts))
    if operator == "<":
        return Interval(None, _low(parts, within=False))
    if operator == ">":
        after = _next(parts)
        assert after is not None  # noqa: S101 - major is given
        at = _low(parts, within=False) if whole else Bound(after.version, True, after.key)
        return Interval(at)
    if operator == "<=":
        return Interval(None, _low(parts, within=True) if whole else _next(parts))
    if not whole:
        return Interval(_low(parts), _next(parts))
    at = _bound(major, minor or 0, patch or 0, pre, within=True)
    return Interval(at, at)


def _tilde(parts: Parts) -> Interval:
    major, minor, patch, pre = parts
    if major is None:
        return Interval()
    # node-semver starts here with the release itself, where every other operator starts before it.
    low = _bound(major, minor or 0, patch or 0, pre, within=True)
    return Interval(low, _next((major, minor, None, "")))


def _caret(parts: Parts) -> Interval:
    major, minor, patch, _pre = parts
    if major is None:
        return Interval()
    if major or minor is None:
        end: Parts = (major, None, None, "")
    elif minor or patch is None:
        end = (major, minor, None, "")
    else:
        end = (major, minor, patch, "")
    if not major and patch is not None and not parts[3]:
        parts = (major, minor, patch, "0")  # as node-semver has it below 1.0, and not from there on
    return Interval(_low(parts), _next(end))


def _from_to(start: str, end: str) -> Interval:
    low, high = _parts(start), _parts(end)
    lower = None
    if low[0] is not None:
        whole = low[2] is not None
        # A whole version without a pre-release starts with its own pre-releases.
        lower = _bound(low[0], low[1] or 0, low[2] or 0, low[3] or "0", within=True) if whole else _low(low)
    upper = _low(high) if high[2] is not None and high[3] else _next(high)
    return Interval(lower, upper)
