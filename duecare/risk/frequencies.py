"""How often an event comes: Poisson in a year, with a rate that may itself be uncertain.

What the curves need is the moment generating function of the rate, L(z) = E[exp(rate z)]: a compound sum with
severity characteristic function phi has the characteristic function L(phi - 1). An uncertain rate is a
mixture; a gamma rate makes the counts negative binomial (Loss Models, 6.10), a PERT rate is taken at Gauss-
Jacobi nodes, which integrate against the beta density exactly up to degree 2 n - 1.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, isfinite
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from duecare.errors import BadInput

Complex = NDArray[Any]
FEWEST_NODES, MOST_NODES = 8, 64
"""Of the quadrature over an uncertain rate: more for a wider one, in which exp(rate z) turns more often."""
MOST = 1e5
"""Events a year: more is no risk any more but running costs."""


class Frequency(Protocol):
    """The distribution of the yearly rate."""

    @property
    def mean(self) -> float:
        """E[rate]."""

    @property
    def variance(self) -> float:
        """Var[rate]."""

    def transform(self, z: Complex) -> Complex:
        """L(z) = E[exp(rate z)], for real or complex z with a real part of at most 0."""

    def draw(self, chance: np.random.Generator, count: int) -> NDArray[np.float64]:
        """So many rates by chance."""


@dataclass(frozen=True)
class Rate:
    """A rate that is taken as known."""

    rate: float

    def __post_init__(self) -> None:
        _demand(self.rate)

    @property
    def mean(self) -> float:
        return self.rate

    @property
    def variance(self) -> float:
        return 0.0

    def transform(self, z: Complex) -> Complex:
        return np.asarray(np.exp(self.rate * z))

    def draw(self, chance: np.random.Generator, count: int) -> NDArray[np.float64]:
        return np.full(count, self.rate)


@dataclass(frozen=True)
class PertRate:
    """A rate of which a least, a most likely and a greatest value were estimated."""

    least: float
    likely: float
    most: float

    def __post_init__(self) -> None:
        _demand(self.most)
        if not 0 <= self.least <= self.likely <= self.most or self.least == self.most:
            raise BadInput(
                f"{self.least:g}, {self.likely:g}, {self.most:g} are no least, likely and most.",
                "Give three rates, each at least as large as the one before, the last above the first.",
            )

    @cached_property
    def _shape(self) -> tuple[float, float]:
        width = self.most - self.least
        return 1 + 4 * (self.likely - self.least) / width, 1 + 4 * (self.most - self.likely) / width

    @cached_property
    def nodes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Rates and their weights."""
        alpha, beta = self._shape
        # The weight of Gauss-Jacobi is (1 - t)^(beta - 1) (1 + t)^(alpha - 1) on [-1, 1].
        count = min(FEWEST_NODES + ceil((self.most - self.least) / 2), MOST_NODES)
        t, w = special.roots_jacobi(count, beta - 1, alpha - 1)
        return self.least + (self.most - self.least) * (t + 1) / 2, w / w.sum()

    @property
    def mean(self) -> float:
        return (self.least + 4 * self.likely + self.most) / 6

    @property
    def variance(self) -> float:
        return (self.mean - self.least) * (self.most - self.mean) / 7

    def transform(self, z: Complex) -> Complex:
        rates, weights = self.nodes
        found = np.zeros_like(z)
        for rate, weight in zip(rates, weights, strict=True):
            found += weight * np.exp(rate * z)
        return found

    def draw(self, chance: np.random.Generator, count: int) -> NDArray[np.float64]:
        alpha, beta = self._shape
        return self.least + (self.most - self.least) * chance.beta(alpha, beta, count)


@dataclass(frozen=True)
class GammaRate:
    """A rate with a gamma distribution: what history tells, or an estimate with its spread."""

    mean: float
    variance: float

    def __post_init__(self) -> None:
        _demand(self.mean)
        if not (isfinite(self.variance) and self.variance > 0):
            raise BadInput(f"{self.variance:g} is no variance of a rate.", "Give a number above 0.")

    @property
    def shape(self) -> float:
        return self.mean**2 / self.variance

    def transform(self, z: Complex) -> Complex:
        return np.asarray(np.exp(-self.shape * np.log1p(-(self.variance / self.mean) * z)))

    def draw(self, chance: np.random.Generator, count: int) -> NDArray[np.float64]:
        return chance.gamma(self.shape, self.variance / self.mean, count)

    def after(self, events: float, years: float) -> GammaRate:
        """What is believed of the rate once `events` of one's own were seen in `years` (Gamma-Poisson)."""
        if events < 0 or not (isfinite(years) and years > 0):
            raise BadInput(f"{events} events in {years:g} years are no history.", "Give years above 0.")
        exposure = self.mean / self.variance + years
        shape = self.shape + events
        return GammaRate(shape / exposure, shape / exposure**2)


def _demand(rate: float) -> None:
    if not (isfinite(rate) and 0 <= rate <= MOST):
        raise BadInput(
            f"{rate:g} is no number of events a year.",
            f"Give one from 0 to {MOST:,.0f}: 0.2 is one in five years.",
        )
    if rate == 0:
        raise BadInput(
            "A rate of 0 says that it never happens.", "Leave the scenario out, or give a small rate."
        )
