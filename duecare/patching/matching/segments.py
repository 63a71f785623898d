"""What one advisory says about one package, as one answer for every version there is. Pure.

All that is said of the package is laid over each other and cut into segments without gaps and without
overlaps, each with one answer and its reason. So whatever has a key lies in exactly one of them, and the
question about a version is one comparison of bytes. Where several things are said, the order is that of
`Rank`: in doubt the version is affected.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NamedTuple

from duecare.patching.advisories.interface import Verdict
from duecare.patching.matching.intervals import BOTTOM, Compiled, Interval

SPANS_SHOWN = 3
"""How many ranges a reason names."""


class Rank(IntEnum):
    """Which answer stands where one feed gives several about the same version; the greatest does."""

    ASIDE = 1
    """Another module stream is meant, or builds outside of modules: nothing is said of this one."""
    OUTSIDE = 2
    """Outside of all that is affected, and after no fix."""
    FIXED = 3
    DENIED = 4
    """Not affected, as the source says in so many words."""
    UNDECIDED = 5
    AFFECTED = 6

    @property
    def verdict(self) -> Verdict:
        """What it means to people."""
        return _VERDICTS[self]


_VERDICTS = {
    Rank.ASIDE: Verdict.NOT_AFFECTED,
    Rank.OUTSIDE: Verdict.NOT_AFFECTED,
    Rank.FIXED: Verdict.FIXED,
    Rank.DENIED: Verdict.NOT_AFFECTED,
    Rank.UNDECIDED: Verdict.UNDECIDED,
    Rank.AFFECTED: Verdict.AFFECTED,
}
_SAID = {
    Verdict.AFFECTED: Rank.AFFECTED,
    Verdict.UNDECIDED: Rank.UNDECIDED,
    Verdict.NOT_AFFECTED: Rank.DENIED,
    Verdict.FIXED: Rank.FIXED,
}


class Ground(Enum):
    """What an answer rests on; `reasons.py` says it in words."""

    IN_RANGE = "in range"
    OUT_OF_RANGES = "out of ranges"
    AFTER_FIX = "after fix"
    NAMED = "named"
    SAID = "said"
    NO_BOUND = "no bound"
    NO_SCHEME = "no scheme"
    REFUSED = "refused"


class Segment(NamedTuple):
    """One answer for the versions from `lo` up to and without `hi`."""

    lo: bytes
    hi: bytes | None
    rank: Rank
    ground: Ground
    text: str
    """Of the ground: a range, a version, or what is wrong."""
    fixed: str = ""
    """For what is affected: the smallest version above that holds the fix and is not affected itself."""
    note: str = ""
    """What the source adds in its own words."""


def segments(group: Sequence[Compiled], *, without_scheme: bool = False) -> list[Segment]:
    """The answers of one advisory about one package, from BOTTOM up, without gaps.

    `without_scheme` says why ranges are blind: there is no order of versions in that ecosystem.
    """
    simple = _simple(group)
    return _laid_over(group, without_scheme=without_scheme) if simple is None else simple


def _simple(group: Sequence[Compiled]) -> list[Segment] | None:
    """The two answers of "fixed in": most of what distributions say, and so worth its own way."""
    if len(group) != 1:
        return None
    one = group[0]
    if one.affected.said is not Verdict.AFFECTED or one.blind or len(one.intervals) != 1:
        return None
    only = one.intervals[0]
    if only.lo != BOTTOM or only.hi is None or not only.fixed or len(one.fixes) != 1:
        return None
    note = one.affected.note
    return [
        Segment(BOTTOM, only.hi, Rank.AFFECTED, Ground.IN_RANGE, only.span, only.fixed, note),
        Segment(only.hi, None, Rank.FIXED, Ground.AFTER_FIX, only.fixed, "", note),
    ]


@dataclass(slots=True)
class _Cover:
    """Intervals with one meaning, walked from below: which of them reaches furthest up."""

    rank: Rank
    intervals: list[tuple[Interval, Compiled]]
    at: int = 0
    best: tuple[Interval, Compiled] | None = None

    def over(self, bound: bytes) -> tuple[Interval, Compiled] | None:
        """The interval that holds this bound, if any does; bounds come in their order."""
        while self.at < len(self.intervals) and self.intervals[self.at][0].lo <= bound:
            new = self.intervals[self.at]
            if self.best is None or _reaches(new[0], self.best[0]):
                self.best = new
            self.at += 1
        if self.best is None or (self.best[0].hi is not None and self.best[0].hi <= bound):
            return None
        return self.best


def _reaches(new: Interval, old: Interval) -> bool:
    return old.hi is not None and (new.hi is None or new.hi > old.hi)


Said = tuple[Rank, Ground, str, str]
"""Rank, ground, text and note of a segment."""


def _laid_over(group: Sequence[Compiled], *, without_scheme: bool) -> list[Segment]:
    """One answer between every two bounds, neighbours that say the same joined."""
    covers = [_cover(group, said, rank) for said, rank in _SAID.items()]
    covers = sorted((one for one in covers if one.intervals), key=lambda cover: -cover.rank)
    fixes = dict(fix for one in group if one.affected.said is Verdict.AFFECTED for fix in one.fixes)
    blind = next((bound for one in group for bound in one.blind), None)
    spans = _spans(group)
    unread: Said | None = None
    if blind is not None:
        unread = (Rank.UNDECIDED, Ground.NO_BOUND, blind, "")
        if without_scheme:
            unread = (Rank.UNDECIDED, Ground.NO_SCHEME, "", "")
    made: list[tuple[bytes, Said, str]] = []
    after = ""
    for bound in sorted({BOTTOM, *fixes, *_ends(group)}):
        fix = fixes.get(bound, "")
        after = fix or after
        said = _answer(bound, covers, unread, after, spans)
        if made and made[-1][1] == said:
            if fix and not made[-1][2]:
                made[-1] = (*made[-1][:2], fix)
        else:
            made.append((bound, said, fix))
    return _with_fixes(made)


def _answer(bound: bytes, covers: Sequence[_Cover], unread: Said | None, after: str, spans: str) -> Said:
    """What stands from this bound to the next."""
    over = [(cover.rank, cover.over(bound)) for cover in covers]
    rank, held = next((one for one in over if one[1] is not None), (Rank.OUTSIDE, None))
    if unread is not None and rank <= Rank.UNDECIDED:
        return unread
    if held is not None:
        interval, compiled = held
        ground = Ground.IN_RANGE if rank is Rank.AFFECTED else Ground.SAID
        return rank, ground, interval.span, compiled.affected.note
    if after:
        return Rank.FIXED, Ground.AFTER_FIX, after, ""
    return Rank.OUTSIDE, Ground.OUT_OF_RANGES, spans, ""


def _cover(group: Sequence[Compiled], said: Verdict, rank: Rank) -> _Cover:
    held = [(interval, one) for one in group if one.affected.said is said for interval in one.intervals]
    held.sort(key=lambda one: one[0].lo)
    return _Cover(rank, held)


def _ends(group: Sequence[Compiled]) -> Iterable[bytes]:
    for one in group:
        for interval in one.intervals:
            yield interval.lo
            if interval.hi is not None:
                yield interval.hi


def _spans(group: Sequence[Compiled]) -> str:
    """The first ranges of what is affected, as people write them."""
    found = dict.fromkeys(
        interval.span for one in group if one.affected.said is Verdict.AFFECTED for interval in one.intervals
    )
    shown = " || ".join(list(found)[:SPANS_SHOWN])
    return f"{shown} || …" if len(found) > SPANS_SHOWN else shown


def _with_fixes(made: Sequence[tuple[bytes, Said, str]]) -> list[Segment]:
    """Segments up to the next each, with the fix of those that are affected, looked for from above."""
    done: list[Segment] = []
    end, above = None, ""
    for bound, (rank, ground, text, note), fix in reversed(made):
        if rank is Rank.AFFECTED:
            done.append(Segment(bound, end, rank, ground, text, above, note))
        else:
            above = fix or above
            done.append(Segment(bound, end, rank, ground, text, "", note))
        end = bound
    done.reverse()
    return done
