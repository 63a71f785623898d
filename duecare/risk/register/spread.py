"""How far people lie apart: each one's estimate beside what all together make, as they stand today. Pure.

The pool is that of `portfolios.py`, the one that curves begin from, and its range holds nine cases of ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from duecare.risk.curve_files import portfolio_of
from duecare.risk.frequencies import GammaRate
from duecare.risk.register.figures import ONCE
from duecare.risk.register.forms_of_loss import RATE
from duecare.risk.register.portfolios import Hold, Row, Stage, Told, left, pooled_rate, write
from duecare.risk.severities import Pert

LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Range:
    """Average, and the ends that hold nine cases of ten: events a year, or units of money."""

    mean: float
    low: float
    high: float


def pool(told: Sequence[Told], holds: Sequence[Hold], digits: int) -> Range:
    """What these estimates of one thing make together, with the safeguards of today."""
    if told[0].what == RATE:
        return _of_rate(told, left(holds, "frequency"))
    return _of_loss(told, holds, digits)


def _of_rate(told: Sequence[Told], factor: float) -> Range:
    pooled = pooled_rate(told)
    if "pert" in pooled:
        likely = Pert(*(number * factor for number in pooled["pert"]))
        low, high = likely.at(np.asarray([LOW, HIGH]))
        return Range(likely.moments[0], float(low), float(high))
    rate = GammaRate(pooled["gamma"]["mean"] * factor, pooled["gamma"]["variance"] * factor**2)
    # By the inverse alone: importing scipy.stats takes longer than anything else of a start.
    low, high = special.gammaincinv(rate.shape, np.asarray([LOW, HIGH])) * rate.variance / rate.mean
    return Range(rate.mean, float(low), float(high))


def _of_loss(told: Sequence[Told], holds: Sequence[Hold], digits: int) -> Range:
    row = Row("", "loss", (ONCE, *told), tuple(holds))
    side = "others" if told[0].what == "others" else "own"
    (scenario,) = portfolio_of(write([row], side, Stage.TODAY, digits=digits).document).scenarios
    low, high = scenario.severity.at(np.asarray([LOW, HIGH]))
    return Range(scenario.severity.moments[0], float(low), float(high))
