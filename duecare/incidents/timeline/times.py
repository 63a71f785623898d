"""How long an incident took: from the milestones of its timeline, or unknown. Pure.

Nothing is guessed: where a milestone is missing, or one stands before the one that it follows, a time is
unknown and says why. Where only the day of a milestone is known, the time lies between two bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from duecare.incidents.timeline.milestones import OF_ID
from duecare.law.moments import Moment
from duecare.words import Text
from duecare.words import gettext as _


@dataclass(frozen=True, slots=True)
class Definition:
    """What one of the times means."""

    id: str
    """`detect`, `contain` or `recover`."""
    name: Text
    means: Text
    first: str
    """Milestone from which it is counted."""
    last: str
    """Milestone to which it is counted."""


DEFINITIONS = (
    Definition(
        "detect",
        Text("Time to detect"),
        Text("from when it started until it was detected"),
        "started",
        "detected",
    ),
    Definition(
        "contain",
        Text("Time to contain"),
        Text("from when it was detected until it was contained"),
        "detected",
        "contained",
    ),
    Definition(
        "recover",
        Text("Time to recover"),
        Text("from when it was detected until work had recovered"),
        "detected",
        "recovered",
    ),
)


@dataclass(frozen=True, slots=True)
class Took:
    """One time of one incident."""

    of: Definition
    least: timedelta | None
    """Not less than this; None while it is unknown."""
    most: timedelta | None
    """Not more than this; the same as `least` where both moments are known to the minute."""
    why: str = ""
    """Why it is unknown; empty if it is known."""


Marks = Mapping[str, Moment]
"""By id of a milestone, those that are known."""


def marks_of(entries: Iterable[tuple[str, Moment]]) -> dict[str, Moment]:
    """The milestones among (id, moment) of entries that stand: of several the first or the last."""
    found: dict[str, Moment] = {}
    for mark, moment in entries:
        before = found.get(mark)
        later = before is not None and (moment.at, moment.last) > (before.at, before.last)
        if before is None or later == OF_ID[mark].last:
            found[mark] = moment
    return found


def times(marks: Marks) -> tuple[Took, ...]:
    """The three times, in their order."""
    return tuple(_took(one, marks.get(one.first), marks.get(one.last)) for one in DEFINITIONS)


def _took(of: Definition, first: Moment | None, last: Moment | None) -> Took:
    for mark, moment in ((of.first, first), (of.last, last)):
        if moment is None:
            words = _("the timeline has no entry “%(mark)s”") % {"mark": str(OF_ID[mark].name)}
            return Took(of, None, None, words)
    assert first is not None  # noqa: S101  (so said above)
    assert last is not None  # noqa: S101
    most = last.last - first.at
    if most < timedelta():
        words = _("in the timeline “%(last)s” stands before “%(first)s”") % {
            "last": str(OF_ID[of.last].name),
            "first": str(OF_ID[of.first].name),
        }
        return Took(of, None, None, words)
    return Took(of, max(timedelta(), last.at - first.last), most)


@dataclass(frozen=True, slots=True)
class Figure:
    """One time over many incidents."""

    of: Definition
    known: int
    """Of how many incidents it is known."""
    unknown: int
    median: timedelta | None
    """Where only a day was known, the longer time counts; None if it is known of none."""


def figures(of_cases: Iterable[Marks]) -> tuple[Figure, ...]:
    """The three times over many incidents, each with how many it rests on."""
    told = [times(marks) for marks in of_cases]
    found = []
    for place, of in enumerate(DEFINITIONS):
        known = [most for took in told if (most := took[place].most) is not None]
        middle = timedelta(seconds=median(one.total_seconds() for one in known)) if known else None
        found.append(Figure(of, len(known), len(told) - len(known), middle))
    return tuple(found)
