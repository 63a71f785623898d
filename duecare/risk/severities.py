"""How much one event costs: distributions of a single loss.

What the curves need of a severity is its distribution function, its first three moments and its limited
expected value E[min(X, d)], from which a grid keeps the mean (Klugman, Panjer, Willmot, "Loss Models", 4th
ed., 9.6.5). All losses are at least 0 and in one unit of money, which nothing here needs to know.

A `cap` limits a single loss: X becomes min(X, cap). Where the mean is infinite there has to be one.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, isfinite, log, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from duecare.errors import BadInput

Array = NDArray[np.float64]
Z90 = 3.289707253902945
"""Standard deviations between the 5 % and the 95 % point of a normal distribution."""

STRAIGHT = 1e-12
"""A Pareto shape below which its tail is an exponential one."""


class Severity(Protocol):
    """The distribution of one loss."""

    @property
    def moments(self) -> tuple[float, float, float]:
        """E[X], E[X^2], E[X^3]; `inf` where there is none."""

    @property
    def positive(self) -> float:
        """P(X > 0)."""

    @property
    def top(self) -> float:
        """The largest loss that can be; `inf` for none."""

    def cdf(self, x: Array) -> Array:
        """P(X <= x)."""

    def limited(self, x: Array) -> Array:
        """E[min(X, x)]."""

    def at(self, p: Array) -> Array:
        """The smallest x with P(X <= x) >= p."""

    def tail(self, x: Array) -> tuple[Array, Array]:
        """P(X > x) and E[min(X, x)], which share most of their work where both are asked."""
        return 1 - self.cdf(x), self.limited(x)


@dataclass(frozen=True)
class Lognormal(Severity):
    """exp(N(mu, sigma^2))."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        if not (isfinite(self.mu) and isfinite(self.sigma) and 0 < self.sigma <= 10):
            raise BadInput(
                f"A lognormal loss with mu {self.mu} and sigma {self.sigma} is none.",
                "Give a finite mu, and a sigma above 0 and at most 10.",
            )
        if abs(self.mu) + 3 * self.sigma**2 > 200:
            raise BadInput(
                f"A lognormal loss with mu {self.mu} and sigma {self.sigma} leaves every bound.",
                "Give a narrower range.",
            )

    @classmethod
    def from_range(cls, low: float, high: float) -> Lognormal:
        """From a 90 % range: in one case of twenty below `low`, in one of twenty above `high`.

        mu = (ln L + ln U) / 2, sigma = (ln U - ln L) / 3.28971. Raises BadInput for a range that is none.
        """
        if not (isfinite(low) and isfinite(high)) or low <= 0 or high <= low:
            raise BadInput(
                f"From {low:g} to {high:g} is no range of a loss.",
                "Give two numbers above 0, the smaller one first.",
            )
        return cls((log(low) + log(high)) / 2, (log(high) - log(low)) / Z90)

    @property
    def moments(self) -> tuple[float, float, float]:
        one, two, three = (exp(k * self.mu + k * k * self.sigma**2 / 2) for k in (1, 2, 3))
        return one, two, three

    @property
    def positive(self) -> float:
        return 1.0

    @property
    def top(self) -> float:
        return inf

    def _z(self, x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(x) - self.mu) / self.sigma)

    def cdf(self, x: Array) -> Array:
        return np.asarray(special.ndtr(self._z(np.maximum(x, 0))))

    def limited(self, x: Array) -> Array:
        return self.tail(x)[1]

    def tail(self, x: Array) -> tuple[Array, Array]:
        x = np.maximum(x, 0)
        z = self._z(x)
        survival = np.asarray(special.ndtr(-z))
        with np.errstate(invalid="ignore"):
            above = np.where(np.isinf(x), 0, x * survival)
        return survival, np.asarray(self.moments[0] * special.ndtr(z - self.sigma) + above)

    def at(self, p: Array) -> Array:
        return np.asarray(np.exp(self.mu + self.sigma * special.ndtri(p)))


@dataclass(frozen=True)
class Pert(Severity):
    """A beta distribution from a least, a most likely and a greatest loss.

    alpha = 1 + 4 (m - a) / (b - a), beta = 1 + 4 (b - m) / (b - a); mean
    (a + 4 m + b) / 6 (Malcolm et al., 1959).
    """

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
        if self.least == self.most:
            raise BadInput(
                f"From {self.least:g} to {self.most:g} nothing is open.", "Give a least below the most."
            )

    @cached_property
    def _shape(self) -> tuple[float, float, float]:
        width = self.most - self.least
        return (
            1 + 4 * (self.likely - self.least) / width,
            1 + 4 * (self.most - self.likely) / width,
            width,
        )

    @cached_property
    def moments(self) -> tuple[float, float, float]:
        a, b, width = self._shape
        one = a / (a + b)
        two = one * (a + 1) / (a + b + 1)
        three = two * (a + 2) / (a + b + 2)
        low = self.least
        return (
            low + width * one,
            low**2 + 2 * low * width * one + width**2 * two,
            low**3 + 3 * low**2 * width * one + 3 * low * width**2 * two + width**3 * three,
        )

    @property
    def positive(self) -> float:
        return 1.0

    @property
    def top(self) -> float:
        return self.most

    def _share(self, x: Array) -> Array:
        return np.clip((x - self.least) / self._shape[2], 0, 1)

    def cdf(self, x: Array) -> Array:
        a, b, _width = self._shape
        return np.asarray(special.betainc(a, b, self._share(x)))

    def limited(self, x: Array) -> Array:
        return self.tail(x)[1]

    def tail(self, x: Array) -> tuple[Array, Array]:
        a, b, width = self._shape
        x = np.maximum(x, 0)
        share = self._share(x)
        below, mean = special.betainc(a, b, share), a / (a + b) * special.betainc(a + 1, b, share)
        with np.errstate(invalid="ignore"):
            above = np.where(below < 1, x * (1 - below), 0)
        return 1 - below, np.asarray(self.least * below + width * mean + above)

    def at(self, p: Array) -> Array:
        a, b, width = self._shape
        return np.asarray(self.least + width * special.betaincinv(a, b, p))


@dataclass(frozen=True)
class Pareto(Severity):
    """A generalised Pareto distribution above a threshold: the tail of many losses (Pickands, 1975).

    P(X > x) = (1 + shape (x - threshold) / scale)^(-1 / shape), exponential for a shape of 0. From a shape
    of 1 on the mean is infinite.
    """

    threshold: float
    scale: float
    shape: float

    def __post_init__(self) -> None:
        if not all(map(isfinite, (self.threshold, self.scale, self.shape))) or not (
            self.threshold >= 0 and self.scale > 0 and 0 <= self.shape <= 5
        ):
            raise BadInput(
                f"A Pareto tail from {self.threshold:g} with scale {self.scale:g} and shape {self.shape:g} "
                "is none.",
                "Give a threshold from 0 on, a scale above 0, and a shape from 0 to 5.",
            )

    @cached_property
    def moments(self) -> tuple[float, float, float]:
        # E[Y^k] = scale^k k! / prod(1 - i shape) for shape < 1/k
        one, two, three = (self._raw(k) for k in (1, 2, 3))
        u = self.threshold
        return u + one, u * u + 2 * u * one + two, u**3 + 3 * u * u * one + 3 * u * two + three

    def _raw(self, k: int) -> float:
        if k * self.shape >= 1:
            return inf
        found = 1.0
        for i in range(1, k + 1):
            found *= i * self.scale / (1 - i * self.shape)
        return found

    @property
    def positive(self) -> float:
        return 1.0

    @property
    def top(self) -> float:
        return inf

    def _grown(self, x: Array) -> Array:
        """-ln P(X > x)."""
        beyond = np.maximum(x - self.threshold, 0) / self.scale
        # Below STRAIGHT the two differ by less than rounding where a chance is left, and s y may leave the
        # numbers that are kept whole.
        straight = self.shape < STRAIGHT
        return np.asarray(beyond if straight else np.log1p(self.shape * beyond) / self.shape)

    def cdf(self, x: Array) -> Array:
        return np.where(x < self.threshold, 0.0, -np.expm1(-self._grown(x)))

    def limited(self, x: Array) -> Array:
        x = np.maximum(x, 0)
        grown = self._grown(x)
        if self.shape == 1:
            above = self.scale * grown
        else:
            above = self.scale / (self.shape - 1) * np.expm1((self.shape - 1) * grown)
        return np.asarray(np.minimum(x, self.threshold) + above)

    def at(self, p: Array) -> Array:
        gone = -np.log1p(-np.asarray(p))
        beyond = gone if self.shape < STRAIGHT else np.expm1(self.shape * gone) / self.shape
        return np.asarray(self.threshold + self.scale * beyond)


@dataclass(frozen=True)
class Empirical(Severity):
    """Losses that happened, each as likely as any other."""

    losses: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.losses or not all(isfinite(one) and one >= 0 for one in self.losses):
            raise BadInput("These are no losses.", "Give at least one number, each from 0 on.")

    @cached_property
    def _sorted(self) -> Array:
        return np.sort(np.asarray(self.losses, dtype=np.float64))

    @cached_property
    def _sums(self) -> Array:
        return np.concatenate(([0.0], np.cumsum(self._sorted)))

    @cached_property
    def moments(self) -> tuple[float, float, float]:
        one, two, three = (float(np.mean(self._sorted**k)) for k in (1, 2, 3))
        return one, two, three

    @property
    def positive(self) -> float:
        return float(np.mean(self._sorted > 0))

    @property
    def top(self) -> float:
        return float(self._sorted[-1])

    def cdf(self, x: Array) -> Array:
        return np.searchsorted(self._sorted, x, side="right") / len(self._sorted)

    def limited(self, x: Array) -> Array:
        x = np.maximum(x, 0)
        below = np.searchsorted(self._sorted, x, side="right")
        count = len(self._sorted)
        above = np.where(below < count, x * (count - below), 0)
        return np.asarray((self._sums[below] + above) / count)

    def at(self, p: Array) -> Array:
        count = len(self._sorted)
        places = np.ceil(np.asarray(p) * count - 1e-9).astype(np.int64) - 1
        return self._sorted[np.clip(places, 0, count - 1)]


@dataclass(frozen=True)
class Mixture(Severity):
    """One of several kinds of loss: `weights` are their shares, which add up to 1."""

    weights: tuple[float, ...]
    parts: tuple[Severity, ...]

    def __post_init__(self) -> None:
        fits = len(self.weights) == len(self.parts) and self.parts and all(w > 0 for w in self.weights)
        if not fits or abs(sum(self.weights) - 1) > 1e-9:
            raise BadInput(
                "The shares of a mixed loss do not fit.", "Give each part a share above 0; they add up to 1."
            )

    @cached_property
    def moments(self) -> tuple[float, float, float]:
        one, two, three = (
            sum(w * part.moments[k] for w, part in zip(self.weights, self.parts, strict=True))
            for k in range(3)
        )
        return one, two, three

    @property
    def positive(self) -> float:
        return sum(w * part.positive for w, part in zip(self.weights, self.parts, strict=True))

    @property
    def top(self) -> float:
        return max(part.top for part in self.parts)

    def cdf(self, x: Array) -> Array:
        return np.asarray(sum(w * part.cdf(x) for w, part in zip(self.weights, self.parts, strict=True)))

    def limited(self, x: Array) -> Array:
        return np.asarray(sum(w * part.limited(x) for w, part in zip(self.weights, self.parts, strict=True)))

    def tail(self, x: Array) -> tuple[Array, Array]:
        tails = [part.tail(x) for part in self.parts]
        survival, limited = (
            np.asarray(sum(w * each[place] for w, each in zip(self.weights, tails, strict=True)))
            for place in (0, 1)
        )
        return survival, limited

    def at(self, p: Array) -> Array:
        return invert(self, np.asarray(p, dtype=np.float64))


@dataclass(frozen=True)
class Capped(Severity):
    """Another loss, of which nothing above `cap` counts: min(X, cap)."""

    of: Severity
    cap: float

    def __post_init__(self) -> None:
        if not (isfinite(self.cap) and self.cap > 0):
            raise BadInput(f"{self.cap:g} is no cap of a loss.", "Give a number above 0.")

    @cached_property
    def moments(self) -> tuple[float, float, float]:
        # E[min(X, c)^k] = integral of k x^(k-1) S(x) from 0 to c, by Gauss-Legendre on ln-spaced pieces.
        one = float(self.of.limited(np.asarray([self.cap]))[0])
        edges = np.concatenate(([0.0], np.geomspace(self.cap * 1e-9, self.cap, 241)))
        nodes, weights = special.roots_legendre(16)
        half = np.diff(edges)[:, None] / 2
        x = edges[:-1, None] + half * (nodes + 1)
        survival = half * weights * (1 - self.of.cdf(x))
        return one, float(np.sum(2 * x * survival)), float(np.sum(3 * x * x * survival))

    @property
    def positive(self) -> float:
        return self.of.positive

    @property
    def top(self) -> float:
        return min(self.cap, self.of.top)

    def cdf(self, x: Array) -> Array:
        return np.where(x >= self.cap, 1.0, self.of.cdf(x))

    def limited(self, x: Array) -> Array:
        return self.of.limited(np.minimum(x, self.cap))

    def tail(self, x: Array) -> tuple[Array, Array]:
        survival, limited = self.of.tail(np.minimum(x, self.cap))
        return np.where(x >= self.cap, 0.0, survival), limited

    def at(self, p: Array) -> Array:
        return np.minimum(self.of.at(p), self.cap)


def invert(severity: Severity, p: Array) -> Array:
    """The quantiles of a severity that has none of its own, by halving; exact to 1e-12 of the value."""
    high = np.full(p.shape, 1.0)
    for _ in range(1100):
        short = severity.cdf(high) < p
        if not short.any():
            break
        high = np.where(short, high * 2, high)
    low = np.zeros(p.shape)
    for _ in range(200):
        middle = (low + high) / 2
        short = severity.cdf(middle) < p
        low, high = np.where(short, middle, low), np.where(short, high, middle)
        if np.all(high - low <= 1e-12 * high):
            break
    return np.asarray(high)


def deviation(moments: tuple[float, float, float]) -> float:
    """The standard deviation of a distribution with these moments."""
    one, two, _three = moments
    return sqrt(max(two - one * one, 0.0)) if isfinite(two) else inf
