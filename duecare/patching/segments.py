"""What one advisory says about one package, as one answer for every version there is. Pure.

All that is said of the package is laid over each other and cut into segments without gaps and without
overlaps, each with one answer and its reason. So whatever has a key lies in exactly one of them, and the
question about a version is one comparison of bytes. Where several things are said, the order is that of
`Rank`: in doubt the version is affected.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, IntEnum

from duecare.patching.advisories.interface import Verdict
from duecare.patching.intervals import BOTTOM, Compiled, Interval

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


@dataclass(frozen=True, slots=True)
class Segment:
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

    def joins(self, above: Segment) -> bool:
        """Whether the next segment above says the same."""
        return (self.rank, self.ground, self.text, self.fixed, self.note) == (
            above.rank,
            above.ground,
            above.text,
            above.fixed,
            above.note,
        )


def segments(group: Sequence[Compiled], *, without_scheme: bool = False) -> list[Segment]:
    """The answers of one advisory about one package, from BOTTOM up, without gaps.

    `without_scheme` says why ranges are blind: there is no order of versions in that ecosystem.
    """
    simple = _simple(group)
    if simple is not None:
        return simple
    made: list[Segment] = []
    for segment in _answers(group, without_scheme=without_scheme):
        if made and made[-1].joins(segment):
            made[-1] = replace(made[-1], hi=segment.hi)
        else:
            made.append(segment)
    return made


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


def _answers(group: Sequence[Compiled], *, without_scheme: bool) -> list[Segment]:
    """One answer between every two bounds."""
    covers = [_cover(group, said, rank) for said, rank in _SAID.items()]
    covers.sort(key=lambda cover: -cover.rank)
    fixes = dict(fix for one in group if one.affected.said is Verdict.AFFECTED for fix in one.fixes)
    bounds = sorted({BOTTOM, *fixes, *_ends(group)})
    blind = next((fault.bound for one in group for fault in one.blind), None)
    spans = _spans(group)
    made: list[Segment] = []
    after = ""
    for place, bound in enumerate(bounds):
        end = bounds[place + 1] if place + 1 < len(bounds) else None
        after = fixes.get(bound, after)
        made.append(_answer(bound, end, covers, blind, after, spans, without_scheme=without_scheme))
    return _with_fixes(made, fixes)


def _answer(
    bound: bytes,
    end: bytes | None,
    covers: Sequence[_Cover],
    blind: str | None,
    after: str,
    spans: str,
    *,
    without_scheme: bool,
) -> Segment:
    over = [(cover.rank, cover.over(bound)) for cover in covers]
    for rank, held in over:
        if blind is not None and rank <= Rank.UNDECIDED:
            ground = Ground.NO_SCHEME if without_scheme else Ground.NO_BOUND
            return Segment(bound, end, Rank.UNDECIDED, ground, spans if without_scheme else blind)
        if held is None:
            continue
        interval, compiled = held
        ground = Ground.IN_RANGE if rank is Rank.AFFECTED else Ground.SAID
        return Segment(bound, end, rank, ground, interval.span, "", compiled.affected.note)
    if after:
        return Segment(bound, end, Rank.FIXED, Ground.AFTER_FIX, after)
    return Segment(bound, end, Rank.OUTSIDE, Ground.OUT_OF_RANGES, spans)


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


def _with_fixes(made: list[Segment], fixes: dict[bytes, str]) -> list[Segment]:
    """The same with the fix of each that is affected, looked for from above."""
    above = ""
    for place in range(len(made) - 1, -1, -1):
        one = made[place]
        if one.rank is Rank.AFFECTED:
            made[place] = replace(one, fixed=above)
        elif one.lo in fixes:
            above = fixes[one.lo]
    return made
