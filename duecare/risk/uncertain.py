"""Numbers that were estimated: by a least, a most likely and a greatest value, or a mean and a variance.

What the tests of reasonableness need of one is its mean, its distribution, and nodes of a Gauss quadrature
that stand for it: n nodes integrate every polynomial up to degree 2 n - 1 exactly (Golub and Welsch, 1969).

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import isfinite
from typing import Protocol

import numpy as np
from scipy import linalg, special

from duecare.errors import BadInput
from duecare.risk.frequencies import Frequency, GammaRate, PertRate
from duecare.risk.severities import Array


class Belief(Protocol):
    """What somebody believes of a number."""

    @property
    def mean(self) -> float:
        """Its expected value."""

    @property
    def variance(self) -> float:
        """0 for a number that is known."""

    @property
    def range(self) -> tuple[float, float]:
        """The least and the greatest value that it can have; `inf` for no greatest."""

    def nodes(self, count: int) -> tuple[Array, Array]:
        """At most so many values and their weights, which add up to 1."""

    def cdf(self, x: Array) -> Array:
        """P(number <= x)."""

    def at(self, p: float) -> float:
        """The value below which it lies with probability p."""


@dataclass(frozen=True)
class Uncertain:
    """A PERT of three numbers; all three equal: a number that is taken as known."""

    least: float
    likely: float
    most: float

    def __post_init__(self) -> None:
        values = (self.least, self.likely, self.most)
        if not all(map(isfinite, values)) or not 0 <= self.least <= self.likely <= self.most:
            raise BadInput(
                f"{', '.join(f'{value:g}' for value in values)} are no least, likely and most.",
                "Give three numbers from 0 on, each at least as large as the one before.",
            )

    @classmethod
    def known(cls, value: float) -> Uncertain:
        """A number without doubt."""
        return cls(value, value, value)

    @property
    def mean(self) -> float:
        return (self.least + 4 * self.likely + self.most) / 6

    @property
    def variance(self) -> float:
        return (self.mean - self.least) * (self.most - self.mean) / 7

    @property
    def range(self) -> tuple[float, float]:
        return self.least, self.most

    @cached_property
    def _shape(self) -> tuple[float, float, float]:
        """alpha, beta and the width."""
        width = self.most - self.least
        return 1 + 4 * (self.likely - self.least) / width, 1 + 4 * (self.most - self.likely) / width, width

    def nodes(self, count: int) -> tuple[Array, Array]:
        if self.least == self.most:
            return np.asarray([self.least]), np.ones(1)
        alpha, beta, width = self._shape
        # The weight of Gauss-Jacobi is (1 - t)^(beta - 1) (1 + t)^(alpha - 1) on [-1, 1].
        t, weights = _jacobi(count, beta - 1, alpha - 1)
        return self.least + width * (t + 1) / 2, weights

    def cdf(self, x: Array) -> Array:
        if self.least == self.most:
            return np.where(np.asarray(x) >= self.least, 1.0, 0.0)
        alpha, beta, width = self._shape
        return np.asarray(special.betainc(alpha, beta, np.clip((x - self.least) / width, 0, 1)))

    def at(self, p: float) -> float:
        if self.least == self.most:
            return self.least
        alpha, beta, width = self._shape
        return self.least + width * float(special.betaincinv(alpha, beta, p))


@dataclass(frozen=True)
class Gamma:
    """A gamma distribution by its mean and variance: what a pooled rate, or one with a history, is."""

    mean: float
    variance: float

    def __post_init__(self) -> None:
        if not all(isfinite(one) and one > 0 for one in (self.mean, self.variance)):
            raise BadInput(
                f"Mean {self.mean:g} and variance {self.variance:g} are none of a rate.",
                "Give both above 0.",
            )

    @property
    def range(self) -> tuple[float, float]:
        return 0.0, float("inf")

    @property
    def _shape(self) -> float:
        return self.mean**2 / self.variance

    @property
    def _scale(self) -> float:
        return self.variance / self.mean

    def nodes(self, count: int) -> tuple[Array, Array]:
        x, weights = _laguerre(count, self._shape - 1)
        return self._scale * x, weights

    def cdf(self, x: Array) -> Array:
        return np.asarray(special.gammainc(self._shape, np.maximum(x, 0) / self._scale))

    def at(self, p: float) -> float:
        return self._scale * float(special.gammaincinv(self._shape, p))


def belief_of(frequency: Frequency) -> Belief:
    """What is believed of the rate of a scenario, as the curves know it."""
    if isinstance(frequency, PertRate):
        return Uncertain(frequency.least, frequency.likely, frequency.most)
    if isinstance(frequency, GammaRate):
        return Gamma(frequency.mean, frequency.variance)
    return Uncertain.known(frequency.mean)


@lru_cache(maxsize=512)
def _jacobi(count: int, alpha: float, beta: float) -> tuple[Array, Array]:
    t, weights = special.roots_jacobi(count, alpha, beta)
    return t, weights / weights.sum()


@lru_cache(maxsize=512)
def _laguerre(count: int, alpha: float) -> tuple[Array, Array]:
    """By the eigenvalues of the recurrence's matrix: scipy's own overflows for an alpha of some hundreds."""
    k = np.arange(count)
    x, vectors = linalg.eigh_tridiagonal(2.0 * k + 1 + alpha, np.sqrt(k[1:] * (k[1:] + alpha)))
    return np.maximum(x, 0), vectors[0] ** 2
