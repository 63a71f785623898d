"""What a curve is made of: scenarios, what they have in common, and what is asked of the sum of their losses.

A scenario's event costs Y = P + B S: a primary loss, and with a chance (`secondary_chance`, the SLEF of Open
FAIR) a secondary one. Of all attempts only those count that overcome the controls: their share
(`vulnerability`) thins the rate.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, isfinite, log

import numpy as np
from numpy.typing import NDArray
from scipy import special

from duecare.errors import BadInput
from duecare.risk.frequencies import Complex, Frequency, Rate
from duecare.risk.severities import Severity

FACTOR_NODES = 20
"""Of the quadrature over a common factor."""
MOST_VARIANCE, LEAST_VARIANCE = 10.0, 0.01


@dataclass(frozen=True)
class Scenario:
    """One way in which a loss comes about."""

    name: str
    frequency: Frequency
    severity: Severity
    secondary: Severity | None = None
    secondary_chance: float = 0.0
    vulnerability: float = 1.0

    def __post_init__(self) -> None:
        for what, share in (
            ("chance of a secondary loss", self.secondary_chance),
            ("vulnerability", self.vulnerability),
        ):
            if not 0 <= share <= 1:
                raise BadInput(f"{self.name}: {share:g} is no {what}.", "Give a share from 0 to 1.")
        if (self.secondary is None) != (self.secondary_chance == 0):
            raise BadInput(
                f"{self.name}: a secondary loss and its chance belong together.", "Give both, or neither."
            )

    @cached_property
    def moments(self) -> tuple[float, float]:
        """E[Y] and E[Y^2] of one event."""
        one, two, _three = self.severity.moments
        if self.secondary is None:
            return one, two
        more, squared, _cubed = self.secondary.moments
        p = self.secondary_chance
        return one + p * more, two + 2 * p * one * more + p * squared

    @property
    def positive(self) -> float:
        """P(Y > 0)."""
        none = 1 - self.severity.positive
        if self.secondary is not None:
            none *= 1 - self.secondary_chance * self.secondary.positive
        return 1 - none


@dataclass(frozen=True)
class Portfolio:
    """Scenarios whose losses in a year are added up."""

    scenarios: tuple[Scenario, ...]
    gamma_variance: float = 0.0
    """Variance of a factor of mean 1 by which all rates are multiplied at once: bad years are bad for all."""

    def __post_init__(self) -> None:
        if not self.scenarios:
            raise BadInput("There is no scenario.", "Give at least one.")
        v = self.gamma_variance
        if v != 0 and not LEAST_VARIANCE <= v <= MOST_VARIANCE:
            raise BadInput(
                f"{v:g} is no variance of a common factor.",
                f"Give 0 for none, or a number from {LEAST_VARIANCE:g} to {MOST_VARIANCE:g}.",
            )

    @cached_property
    def mean(self) -> float:
        """E[S] of a year."""
        return sum(self.rate(one) * one.moments[0] for one in self.scenarios)

    @cached_property
    def variance(self) -> float:
        """Var[S]: of the counts, of the rates, and of the common factor."""
        v, found = self.gamma_variance, 0.0
        for one in self.scenarios:
            first, second = one.moments
            spread = one.vulnerability**2 * one.frequency.variance
            found += self.rate(one) * second + (1 + v) * spread * first**2
        return found + v * self.mean**2 if isfinite(self.mean) else inf

    @staticmethod
    def rate(one: Scenario) -> float:
        """The expected number of its events in a year."""
        return one.vulnerability * one.frequency.mean

    @cached_property
    def plain(self) -> bool:
        """Whether all rates are known, so that the sum of them is enough."""
        return all(isinstance(one.frequency, Rate) for one in self.scenarios)

    def transform(self, z: Sequence[Complex]) -> Complex:
        """E[product of exp(rate_i z_i)] over the rates and the factor; z_i belongs to the i-th scenario."""
        thinned = [one.vulnerability * each for one, each in zip(self.scenarios, z, strict=True)]
        v = self.gamma_variance
        if self.plain:
            total = sum(one.frequency.mean * each for one, each in zip(self.scenarios, thinned, strict=True))
            return np.asarray(np.exp(total) if v == 0 else np.exp(-np.log1p(-v * total) / v))
        if v == 0:
            return self._together(thinned, 1.0)
        found = np.zeros_like(thinned[0])
        for factor, weight in zip(*_factor(v), strict=True):
            found += weight * self._together(thinned, factor)
        return found

    def _together(self, z: Sequence[Complex], factor: float) -> Complex:
        found: Complex = np.ones_like(z[0])
        for one, each in zip(self.scenarios, z, strict=True):
            found = found * one.frequency.transform(factor * each)
        return found

    @cached_property
    def none(self) -> float:
        """P(S = 0)."""
        return float(self.transform([np.asarray([-one.positive]) for one in self.scenarios])[0])


def _factor(variance: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of a gamma factor with mean 1 (generalised Gauss-Laguerre)."""
    shape = 1 / variance
    nodes, weights = special.roots_genlaguerre(FACTOR_NODES, shape - 1)
    return variance * nodes, weights / exp(float(special.gammaln(shape)))


def vulnerability(threat: Severity, control: Severity) -> float:
    """P(threat's capability > control's strength), both on one scale and independent.

    Gauss-Legendre over the threat's quantiles: the integral of P(control < q(u)) du for u from 0 to 1.
    """
    nodes, weights = special.roots_legendre(128)
    u = (nodes + 1) / 2
    return float(np.clip(np.sum(weights / 2 * control.cdf(threat.at(u))), 0, 1))


def spread(low: float, high: float, count: int) -> NDArray[np.float64]:
    """So many points from low to high in equal ratios."""
    return np.exp(np.linspace(log(low), log(high), count))
