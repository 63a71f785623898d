"""Losses made of other losses: several forms of one event's loss together, and a loss times a factor.

The forms of one event (response, replacement, fines...) are taken as comonotone: what is bad for one is bad
for all, so each stands at the same quantile. That is the most dependence there can be, hence no tail is
understated, and what is needed is exact: quantiles add up, and so do limited expected values at the parts'
quantiles (Dhaene, Denuit, Goovaerts, Kaas, Vyncke, "The concept of comonotonicity in actuarial science and
finance: theory", 2002, sections 4.3 and 4.5).

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, isfinite

import numpy as np
from scipy import special

from duecare.errors import BadInput
from duecare.risk.severities import Array, Lognormal, Severity

LOWEST, HIGHEST, POINTS = -9.0, 8.2, 16_385
"""Normal scores between which quantiles are tabulated: what lies outside has a chance below 1e-15."""


@dataclass(frozen=True)
class Together(Severity):
    """The sum of parts that are all at the same quantile."""

    parts: tuple[Severity, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise BadInput("A loss without a form is none.", "Give at least one.")

    @cached_property
    def _table(self) -> tuple[Array, Array]:
        """Losses, rising, and their normal scores."""
        z = np.linspace(LOWEST, HIGHEST, POINTS)
        return np.maximum.accumulate(sum(_at_score(part, z) for part in self.parts)), z

    @cached_property
    def moments(self) -> tuple[float, float, float]:
        one = sum(part.moments[0] for part in self.parts)
        if all(isinstance(part, Lognormal) for part in self.parts):
            return one, self._joint(2), self._joint(3)
        if any(not isfinite(part.moments[2]) for part in self.parts):
            finite = all(isfinite(part.moments[1]) for part in self.parts)
            return one, self._integral(2) if finite else inf, inf
        return one, self._integral(2), self._integral(3)

    def _joint(self, k: int) -> float:
        """E[(sum of exp(mu + sigma Z))^k], one Z for all."""
        sums: list[tuple[float, float]] = [(0.0, 0.0)]
        for _ in range(k):
            sums = [
                (mu + part.mu, sigma + part.sigma)
                for mu, sigma in sums
                for part in self.parts
                if isinstance(part, Lognormal)
            ]
        return float(sum(exp(mu + sigma**2 / 2) for mu, sigma in sums))

    def _integral(self, k: int) -> float:
        """E[Y^k] over the normal score, by the trapezium rule, which is exact to rounding on smooth tails."""
        losses, z = self._table
        return float(np.trapezoid(losses**k * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), z))

    @property
    def positive(self) -> float:
        return max(part.positive for part in self.parts)

    @property
    def top(self) -> float:
        return sum(part.top for part in self.parts)

    def _score(self, x: Array) -> Array:
        """The normal score at which the sum reaches x."""
        losses, z = self._table
        with np.errstate(divide="ignore"):
            return np.interp(np.log(np.maximum(x, 0)), np.log(np.maximum(losses, 1e-300)), z)

    def cdf(self, x: Array) -> Array:
        x = np.asarray(x, dtype=np.float64)
        losses, _z = self._table
        below = np.where(x < losses[0], 1 - self.positive, special.ndtr(self._score(x)))
        return np.where(x >= losses[-1], 1.0, below)

    def limited(self, x: Array) -> Array:
        x = np.maximum(np.asarray(x, dtype=np.float64), 0)
        losses, _z = self._table
        z = self._score(np.minimum(x, losses[-1]))
        p, each = special.ndtr(z), [_at_score(part, z) for part in self.parts]
        found = sum(part.limited(one) for part, one in zip(self.parts, each, strict=True))
        # The table's error d moves it by (1 - p) d: with that taken off, what is left is of the order d^2.
        close = found + (1 - p) * (np.minimum(x, losses[-1]) - sum(each))
        return np.asarray(np.where(x >= losses[-1], self.moments[0], np.minimum(close, x)))

    def at(self, p: Array) -> Array:
        return np.asarray(sum(part.at(np.asarray(p, dtype=np.float64)) for part in self.parts))


def _at_score(part: Severity, z: Array) -> Array:
    """A part's loss at normal scores; of a lognormal without the way through probabilities and back."""
    if isinstance(part, Lognormal):
        return np.asarray(np.exp(part.mu + part.sigma * z))
    return part.at(special.ndtr(z))


@dataclass(frozen=True)
class Scaled(Severity):
    """Another loss times a factor above 0."""

    of: Severity
    factor: float

    def __post_init__(self) -> None:
        if not (isfinite(self.factor) and self.factor > 0):
            raise BadInput(f"{self.factor:g} is no factor of a loss.", "Give a number above 0.")

    @property
    def moments(self) -> tuple[float, float, float]:
        one, two, three = self.of.moments
        return one * self.factor, two * self.factor**2, three * self.factor**3

    @property
    def positive(self) -> float:
        return self.of.positive

    @property
    def top(self) -> float:
        return self.of.top * self.factor

    def cdf(self, x: Array) -> Array:
        return self.of.cdf(np.asarray(x) / self.factor)

    def limited(self, x: Array) -> Array:
        return np.asarray(self.of.limited(np.asarray(x) / self.factor) * self.factor)

    def tail(self, x: Array) -> tuple[Array, Array]:
        survival, limited = self.of.tail(np.asarray(x) / self.factor)
        return survival, limited * self.factor

    def at(self, p: Array) -> Array:
        return np.asarray(self.of.at(p) * self.factor)
