"""How well people estimate: hit rates of 90 % ranges, and how far several people's ranges are apart.

Of honest 90 % ranges nine in ten hold the true value. How sure a share of hits is, is an exact interval
(Clopper and Pearson, 1934): its ends are beta quantiles. Few questions say little, and the words say so.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log

from scipy import special

from duecare.errors import BadInput
from duecare.risk.severities import Lognormal
from duecare.words import Text, gettext_noop

AIM = 0.9
"""The share of true values that a 90 % range should hold."""
CONFIDENCE = 0.95
FEWEST = 10
"""Questions below which nothing is said."""


class Calibration(StrEnum):
    """What a hit rate says of its estimator."""

    TOO_FEW = "too few"
    OVERCONFIDENT = "overconfident"
    UNDERCONFIDENT = "underconfident"
    FITS = "fits"


WORDS = {
    Calibration.TOO_FEW: Text(gettext_noop("Too few answers to say anything.")),
    Calibration.OVERCONFIDENT: Text(gettext_noop("Overconfident: the ranges are too narrow. Widen them.")),
    Calibration.UNDERCONFIDENT: Text(
        gettext_noop("Underconfident: the ranges are wider than what is known. Narrow them.")
    ),
    Calibration.FITS: Text(gettext_noop("Nothing speaks against nine in ten.")),
}


@dataclass(frozen=True, slots=True)
class HitRate:
    """How many of a person's 90 % ranges held the true value."""

    hits: int
    asked: int
    share: float
    low: float
    high: float
    """The 95 % interval of the share that the person would reach in the long run."""
    calibration: Calibration

    @property
    def words(self) -> Text:
        """What it says, for people."""
        return WORDS[self.calibration]


def hit_rate(hits: int, asked: int) -> HitRate:
    """The hit rate with its exact binomial interval. Raises BadInput if nothing was asked."""
    if not 0 <= hits <= asked or asked < 1:
        raise BadInput(f"{hits} hits of {asked} are none.", "Count answered questions, at least one.")
    tail = (1 - CONFIDENCE) / 2
    low = float(special.betaincinv(hits, asked - hits + 1, tail)) if hits else 0.0
    high = float(special.betaincinv(hits + 1, asked - hits, 1 - tail)) if hits < asked else 1.0
    if asked < FEWEST:
        found = Calibration.TOO_FEW
    elif high < AIM:
        found = Calibration.OVERCONFIDENT
    elif low > AIM:
        found = Calibration.UNDERCONFIDENT
    else:
        found = Calibration.FITS
    return HitRate(hits, asked, hits / asked, low, high, found)


def within(low: float, high: float, truth: float) -> bool:
    """Whether a range held the true value."""
    return low <= truth <= high


@dataclass(frozen=True, slots=True)
class Spread:
    """How far several people's 90 % ranges of one thing are apart."""

    people: int
    lowest: float
    highest: float
    """The smallest and the largest middle (geometric) of their ranges."""
    times: float
    """The largest middle in terms of the smallest."""
    between: float
    """The share of the pooled variance (of logarithms) that lies between people, not within ranges."""
    apart: bool
    """Whether two of the ranges do not touch: these people believe different things and should talk."""


def spread(ranges: Sequence[tuple[float, float]]) -> Spread:
    """Of ranges as (low, high), each above 0. Raises BadInput for none, or for one that is no range."""
    if not ranges:
        raise BadInput("There is no range to compare.", "Give at least one.")
    each = [Lognormal.from_range(*one) for one in ranges]
    centre = sum(one.mu for one in each) / len(each)
    between = sum((one.mu - centre) ** 2 for one in each) / len(each)
    inside = sum(one.sigma**2 for one in each) / len(each)
    low, high = min(one.mu for one in each), max(one.mu for one in each)
    return Spread(
        people=len(each),
        lowest=exp(low),
        highest=exp(high),
        times=exp(high - low),
        between=between / (between + inside),
        apart=max(log(low) for low, _high in ranges) > min(log(high) for _low, high in ranges),
    )
