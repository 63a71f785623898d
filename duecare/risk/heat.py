"""The 5 x 5 view, for those who must report one: always read off the numbers, never the other way round.

Both axes go by decades, so that one step along either is ten times as much expected loss, and cells with the
same sum of places have expected losses of the same order. A matrix hides most of what the curve says (Cox,
"What's wrong with risk matrices?", 2008), so each cell keeps the numbers it came from.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from duecare.errors import BadInput
from duecare.words import Text, gettext_noop

RATES = (0.01, 0.1, 1.0, 10.0)
"""Events a year at which the next place begins."""
OF_TOLERANCE = (0.01, 0.1, 1.0, 10.0)
"""Shares of what a bad year may cost us, or others before it is harm that needs remedy."""
OF_TURNOVER = (0.0001, 0.001, 0.01, 0.1)
"""Shares of a year's turnover."""
ABSOLUTE = (10_000.0, 100_000.0, 1_000_000.0, 10_000_000.0)
"""Units of money, where neither is known."""

LIKELIHOODS = (
    Text(gettext_noop("less than once in 100 years")),
    Text(gettext_noop("once in 10 to 100 years")),
    Text(gettext_noop("once in 1 to 10 years")),
    Text(gettext_noop("1 to 10 times a year")),
    Text(gettext_noop("more than 10 times a year")),
)
"""Places 1 to 5."""


class Basis(StrEnum):
    """What the places of a loss are measured by."""

    TOLERANCE = "tolerance"
    REMEDY = "remedy"
    TURNOVER = "turnover"
    ABSOLUTE = "absolute"


BASES = {
    Basis.TOLERANCE: Text(gettext_noop("a hundredth, a tenth, once and ten times what a bad year may cost")),
    Basis.REMEDY: Text(
        gettext_noop(
            "a hundredth, a tenth, once and ten times what a bad year may cost others before it is harm that "
            "needs remedy"
        )
    ),
    Basis.TURNOVER: Text(
        gettext_noop("a ten-thousandth, a thousandth, a hundredth and a tenth of a year's turnover")
    ),
    Basis.ABSOLUTE: Text(gettext_noop("10,000, 100,000, 1,000,000 and 10,000,000 units of money")),
}


class Level(StrEnum):
    """The order of the expected yearly loss of a cell."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very high"


LEVELS = {
    Level.LOW: Text(gettext_noop("low")),
    Level.MEDIUM: Text(gettext_noop("medium")),
    Level.HIGH: Text(gettext_noop("high")),
    Level.VERY_HIGH: Text(gettext_noop("very high")),
}


@dataclass(frozen=True, slots=True)
class Bands:
    """Where the places of a loss begin."""

    edges: tuple[float, float, float, float]
    """Losses at which places 2 to 5 begin."""
    basis: Basis


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a scenario stands, with the numbers that put it there."""

    likelihood: int
    """1 to 5."""
    impact: int
    """1 to 5."""
    rate: float
    loss: float

    @property
    def level(self) -> Level:
        return level(self.likelihood, self.impact)


def bands(
    tolerance: float | None = None, turnover: float | None = None, *, remedy: float | None = None
) -> Bands:
    """Places of a loss by tolerance (what a bad year may cost us), else by turnover, else in units of money.

    Those of harm to others go by `remedy` (what a bad year may cost them before it needs remedy); give
    neither of the other two then: what we can bear is no measure of what is done to others.
    """
    for of, shares, basis in (
        (remedy, OF_TOLERANCE, Basis.REMEDY),
        (tolerance, OF_TOLERANCE, Basis.TOLERANCE),
        (turnover, OF_TURNOVER, Basis.TURNOVER),
    ):
        if of is not None and of > 0:
            first, second, third, fourth = (of * share for share in shares)
            return Bands((first, second, third, fourth), basis)
    return Bands(ABSOLUTE, Basis.ABSOLUTE)


def cell(rate: float, loss: float, of: Bands) -> Cell:
    """The cell of a mean rate (events a year) and a mean loss of one event. Raises BadInput for none."""
    if not all(isfinite(one) and one >= 0 for one in (rate, loss)):
        raise BadInput(f"Rate {rate:g} and loss {loss:g} have no place.", "Give finite numbers from 0 on.")
    return Cell(_place(rate, RATES), _place(loss, of.edges), rate, loss)


def level(likelihood: int, impact: int) -> Level:
    """Of a cell: both axes are decades, so the sum of places goes with the order of the expected loss."""
    total = likelihood + impact
    if total <= 4:
        return Level.LOW
    if total <= 6:
        return Level.MEDIUM
    return Level.HIGH if total <= 8 else Level.VERY_HIGH


def _place(value: float, edges: Sequence[float]) -> int:
    return bisect_right(edges, value) + 1
