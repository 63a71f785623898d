"""The losses of a year as a curve: exact sums by the fast Fourier transform, with a certificate.

A severity is put on a grid of equal steps so that its mean is kept (local moment matching, Gerber 1982; Loss
Models, 9.6.5). What lies beyond the grid is left out, which changes nothing below its end: a sum below M has
no loss above M. The transform of the sum is the generating function of the counts at that of the severities
(Embrechts and Frei, "Panjer recursion versus FFT for compound distributions", 2009). The array is padded with
as many zeros, and tilted exponentially (Gruebel and Hermesmeier, "Computation of compound distributions I",
1999), so that what wraps round is smaller than e^-20 of what there is.

Mean, variance and the chance of a year without loss come from formulas, never from the grid; so does the
largest single loss of a year (occurrence exceedance). A tail mean rests on the exact mean: TVaR = VaR + (E[S]
- E[min(S, VaR)]) / (1 - p).

Every curve is computed at two steps. What differs between them, how far the grid's second moments are from
the exact ones, and what may have wrapped round is its certificate. One that fails is refused with its reason
(`simulating.py` takes over, and says how far its own figures can be off).

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import exp, isfinite, sqrt

import numpy as np
from scipy import fft

from duecare.errors import BadInput, DuecareError
from duecare.risk.frequencies import Complex
from duecare.risk.scenarios import Portfolio, Scenario, spread
from duecare.risk.severities import Array, Severity

POINTS = 1 << 13
"""Of the grid, at first."""
MOST_POINTS, MOST_UNCERTAIN = 1 << 18, 1 << 15
"""With known rates, and with uncertain ones, of which each point costs hundreds of times as much."""
TOLERANCE = 1e-3
"""How far, relatively, two steps may differ in any quantile or tail mean that was asked for."""
TILT = 20.0
"""Over the padded array; so e^-20 is what is left of what wraps round."""
SPREAD = 400
"""Points on which the end of the grid is looked for."""


class NoCertificate(DuecareError):
    """The curve could not be computed as exactly as it has to be."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """How exact a curve is."""

    step_error: float
    """The largest relative difference of a quantile or tail mean to a grid of half as many points."""
    moment_error: float
    """The largest relative difference of a severity's second moment below the end to that of its grid."""
    aliased_mass: float
    """At most so much probability wrapped round."""
    points: int
    step: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The distribution of a year's loss."""

    step: float
    below: Array
    """P(S <= step * j), for j from 0 on."""
    expected: Array
    """E[min(S, step * j)]."""
    largest: Array
    """P(the largest single loss of the year <= step * j)."""
    mean: float
    variance: float
    none: float
    """P(S = 0)."""
    certificate: Certificate | None = None

    @property
    def end(self) -> float:
        """The loss at which the grid ends."""
        return self.step * (len(self.below) - 1)

    def var(self, p: float) -> float:
        """The smallest loss that is not exceeded with probability p. Raises NoCertificate beyond the grid."""
        return self._quantile(self.below, p, self.none)

    def tvar(self, p: float) -> float:
        """The mean of the losses in the worst 1 - p of years; `inf` if the mean is."""
        if not isfinite(self.mean):
            return float("inf")
        value = self.var(p)
        at = value / self.step
        lower = min(int(at), len(self.expected) - 2)
        share = at - lower
        limited = (1 - share) * self.expected[lower] + share * self.expected[lower + 1]
        return float(value + (self.mean - limited) / (1 - p))

    def oep(self, p: float) -> float:
        """The smallest loss that no single event of the year exceeds with probability p."""
        return self._quantile(self.largest, p, self.none)

    def exceeded(self, loss: float) -> float:
        """P(S > loss)."""
        if loss < 0:
            return 1.0
        return float(1 - np.interp(loss, lattice(self.step, len(self.below)), self.below))

    def _quantile(self, below: Array, p: float, none: float) -> float:
        if not 0 < p < 1:
            raise BadInput(f"{p:g} is no probability of a quantile.", "Give one between 0 and 1: 0.95.")
        if p <= none:
            return 0.0
        place = int(np.searchsorted(below, p, side="left"))
        if place >= len(below):
            raise NoCertificate(
                f"The grid ends at {self.end:,.0f}, below the {p:g} quantile.", "Use more points."
            )
        before, after = below[place - 1], below[place]
        return float(self.step * (place - 1 + (p - before) / (after - before)))


def curve(portfolio: Portfolio, quantiles: Sequence[float], *, certify: bool = True) -> Curve:
    """The curve of a portfolio, good for these quantiles.

    Raises NoCertificate with the reason if it cannot be had within TOLERANCE; BadInput for no quantile.
    """
    return curves([portfolio], quantiles, certify=certify)[0]


def curves(
    portfolios: Sequence[Portfolio], quantiles: Sequence[float], *, certify: bool = True
) -> list[Curve]:
    """The curves of several portfolios on one grid, so that what differs between them is not the grid.

    Each is good for these quantiles. Raises as `curve`.
    """
    if not quantiles or not all(0 < p < 1 for p in quantiles):
        raise BadInput(
            "A curve needs the quantiles that are asked of it.", "Give some between 0 and 1: 0.95."
        )
    points, highest = POINTS, max(quantiles)
    most = MOST_POINTS if all(one.plain for one in portfolios) else MOST_UNCERTAIN
    found = [_with_end(one, _end(one, highest), points, highest) for one in portfolios]
    end = max(one.fine.step for one in found) * points
    if len(found) > 1:
        found = _together(portfolios, end, points)
    while certify:
        certificates = [_certify(one, quantiles) for one in found]
        worst = max(one.step_error for one in certificates)
        if worst <= TOLERANCE:
            return [
                replace(each.fine, certificate=one) for each, one in zip(found, certificates, strict=True)
            ]
        points *= 2
        if points > most:
            raise NoCertificate(
                f"Two steps still differ by {worst:.2g} at {most:,} points.",
                "Ask for less extreme quantiles, or cap the losses.",
            )
        found = _together(portfolios, end, points)
    return [each.fine for each in found]


def _together(portfolios: Sequence[Portfolio], end: float, points: int) -> list[_Steps]:
    return [_Steps(one, end / points, points) for one in portfolios]


def _with_end(portfolio: Portfolio, end: float, points: int, p: float) -> _Steps:
    """A curve whose grid reaches just beyond the quantile of p."""
    for _ in range(60):
        found = _Steps(portfolio, end / points, points)
        if found.fine.below[-1] <= p:
            end *= 2
            continue
        reached = found.fine.var(p)
        if reached > 0 and reached < end / 16:
            end = 2 * reached
            continue
        return found
    raise NoCertificate(f"No grid reaches the {p:g} quantile.", "Ask for less extreme quantiles.")


def _end(portfolio: Portfolio, p: float) -> float:
    """Where about a year's loss is with probability p: one large loss on top of what is usual."""
    scenarios = portfolio.scenarios
    means = [_finite_mean(one) for one in scenarios]
    x = spread(min(means) * 1e-3, max(means) * 1e9, SPREAD)
    tail, first, second = np.zeros(SPREAD), np.zeros(SPREAD), np.zeros(SPREAD)
    for one in scenarios:
        rate = portfolio.rate(one)
        parts: list[tuple[float, Severity]] = [(1.0, one.severity)]
        if one.secondary is not None:
            parts.append((one.secondary_chance, one.secondary))
        for share, severity in parts:
            survival, limited = severity.tail(x)
            tail += rate * share * survival
            first += rate * share * limited
            second += rate * share * limited * x  # no less than the second moment of min(Y, x)
    found = int(np.argmax(tail <= (1 - p) / 2)) if (tail <= (1 - p) / 2).any() else SPREAD - 1
    deviations = sqrt(portfolio.variance) if isfinite(portfolio.variance) else sqrt(float(second[found]))
    usual = float(first[found])
    return float(1.2 * (x[found] + usual + min(3 * deviations, 3 * sqrt(float(second[found])))))


def _finite_mean(one: Scenario) -> float:
    """A mean, or where there is none the middle of the primary loss; above 0."""
    mean = one.moments[0]
    if not isfinite(mean):
        mean = float(one.severity.at(np.asarray([0.5]))[0])
    if mean <= 0:
        raise BadInput(f"{one.name}: its losses are all 0.", "Leave the scenario out.")
    return mean


def on_one_grid(portfolio: Portfolio, step: float, points: int) -> Curve:
    """The curve at 0, step, 2 step..., so many points, without a certificate."""
    adding, x = _Adding(portfolio, step, points), lattice(step, points + 1)
    for one in portfolio.scenarios:
        adding.add(one, _tails(one, x))
    return adding.curve()


class _Steps:
    """A curve at a step, and what the same is at twice the step: each severity is asked once for both."""

    def __init__(self, portfolio: Portfolio, step: float, points: int) -> None:
        x = lattice(step, points + 1)
        fine, self._coarse = _Adding(portfolio, step, points), _Adding(portfolio, 2 * step, points // 2)
        self.moment_error = 0.0
        """The largest of a severity, as in `Certificate`."""
        for one in portfolio.scenarios:
            tails = _tails(one, x)
            fine.add(one, tails)
            self._coarse.add(one, [(survival[::2], limited[::2]) for survival, limited in tails])
            self.moment_error = max(self.moment_error, _moment_error(tails[0][1], x, step))
        self.fine = fine.curve()

    @cached_property
    def coarse(self) -> Curve:
        return self._coarse.curve()


def _tails(one: Scenario, x: Array) -> list[tuple[Array, Array]]:
    """P(X > x) and E[min(X, x)] of what an event costs first, and of what it may cost besides."""
    return [each.tail(x) for each in (one.severity, one.secondary) if each is not None]


class _Adding:
    """Scenarios as they come, on one grid. Where all rates are known only sums are kept, of masses and of how
    often a loss exceeds each point: a thousand scenarios take no more room than one."""

    def __init__(self, portfolio: Portfolio, step: float, points: int) -> None:
        self._portfolio, self._step, self._points = portfolio, step, points
        self._masses: list[Array] = []
        self._exceeding: list[Array] = []
        if portfolio.plain:
            self._masses, self._exceeding = [np.zeros(points)], [np.zeros(points)]

    def add(self, one: Scenario, tails: Sequence[tuple[Array, Array]]) -> None:
        """A scenario with its tails at the points and at one more."""
        masses = _with_secondary(one, [_masses(limited, self._step) for _survival, limited in tails])
        exceeding = tails[0][0][:-1] if len(tails) == 1 else _survival(masses)
        if self._portfolio.plain:
            rate = self._portfolio.rate(one)
            self._masses[0] += rate * masses
            self._exceeding[0] += rate * exceeding
        else:
            self._masses.append(masses)
            self._exceeding.append(exceeding)

    def curve(self) -> Curve:
        """Of all that was added."""
        portfolio, step = self._portfolio, self._step
        if portfolio.plain:
            v, often = portfolio.gamma_variance, self._exceeding[0]
            largest = np.exp(-often) if v == 0 else np.exp(-np.log1p(v * often) / v)
            masses = _of_rates(portfolio, self._masses[0])
        else:
            largest = portfolio.transform([-each for each in self._exceeding])
            masses = summed(portfolio, self._masses)
        below = distribution(masses, portfolio.none)
        expected = np.concatenate(([0.0], np.cumsum(1 - (below[1:] + below[:-1]) / 2))) * step
        largest = np.maximum.accumulate(np.maximum(largest, portfolio.none))
        return Curve(step, below, expected, largest, portfolio.mean, portfolio.variance, portfolio.none)


def summed(portfolio: Portfolio, masses_of: Sequence[Array]) -> Array:
    """The masses of the year's sum, from those of one event of each scenario on one grid.

    Masses that lie beyond the grid are missing from both.
    """
    if portfolio.plain:
        rates = np.zeros(len(masses_of[0]))
        for one, masses in zip(portfolio.scenarios, masses_of, strict=True):
            rates += portfolio.rate(one) * masses
        return _of_rates(portfolio, rates)
    damped, size = _damping(len(masses_of[0]))
    sums = portfolio.transform([fft.rfft(masses * damped, size) - 1 for masses in masses_of])
    return _undamped(sums, damped, size)


def _of_rates(portfolio: Portfolio, rates: Array) -> Array:
    """The same where all rates are known, from the sum of rate times masses."""
    damped, size = _damping(len(rates))
    events, v = sum(portfolio.rate(one) for one in portfolio.scenarios), portfolio.gamma_variance
    z = fft.rfft(rates * damped, size) - events
    return _undamped(np.exp(z) if v == 0 else np.exp(-np.log1p(-v * z) / v), damped, size)


def _damping(points: int) -> tuple[Array, int]:
    """What masses are multiplied with before their transform, and how many points that has."""
    size = 2 * points
    return np.exp(-TILT / size * np.arange(points)), size


def _undamped(sums: Complex, damped: Array, size: int) -> Array:
    return np.asarray(np.maximum(fft.irfft(sums, size)[: len(damped)] / damped, 0))


def distribution(masses: Array, none: float) -> Array:
    """P(sum <= point) of masses that stand for what lies half a step to either side; `none` is P(sum = 0)."""
    below = np.cumsum(masses) - masses / 2
    below[0] = none
    return np.asarray(np.maximum.accumulate(np.clip(below, none, 1)))


def of_event(one: Scenario, x: Array, step: float) -> Array:
    """What one event costs, on the grid: the masses at 0, step, 2 step..."""
    return _with_secondary(
        one, [on_grid(each, x, step) for each in (one.severity, one.secondary) if each is not None]
    )


def _with_secondary(one: Scenario, parts: Sequence[Array]) -> Array:
    """The masses of both losses of an event together, from those of each."""
    masses = parts[0]
    if one.secondary is None:
        return masses
    also = one.secondary_chance * parts[1]
    also[0] += 1 - one.secondary_chance
    size = 2 * len(masses)
    both = fft.irfft(fft.rfft(masses, size) * fft.rfft(also, size), size)
    return np.asarray(np.maximum(both[: len(masses)], 0))


def _survival(masses: Array) -> Array:
    """P(an event costs more than each point), by its masses."""
    return np.maximum(1 - (np.cumsum(masses) - masses / 2), 0)


def lattice(step: float, count: int) -> Array:
    """So many points from 0 on: 0, step, 2 step..."""
    return np.arange(count, dtype=np.float64) * step


def on_grid(severity: Severity, x: Array, step: float) -> Array:
    """The masses of a severity on a grid, its mean kept; what lies beyond the grid is left out.

    `x` are the points 0, step, ... and one more.
    """
    return _masses(severity.limited(x), step)


def _masses(limited: Array, step: float) -> Array:
    """The same from limited expected values at those points."""
    found = np.empty(len(limited) - 1)
    found[0] = 1 - limited[1] / step
    found[1:] = (2 * limited[1:-1] - limited[:-2] - limited[2:]) / step
    return np.maximum(found, 0)


def _certify(steps: _Steps, quantiles: Sequence[float]) -> Certificate:
    found, coarse, differ = steps.fine, steps.coarse, 0.0
    for p in quantiles:
        pairs = [(found.var(p), _or_inf(coarse.var, p)), (found.oep(p), _or_inf(coarse.oep, p))]
        if isfinite(found.mean):
            pairs.append((found.tvar(p), _or_inf(coarse.tvar, p)))
        for fine, rough in pairs:
            if fine != rough:
                differ = max(differ, abs(fine - rough) / max(fine, found.step))
    return Certificate(
        step_error=differ,
        moment_error=steps.moment_error,
        aliased_mass=exp(-TILT) * (1 - float(found.below[-1])),
        points=len(found.below),
        step=found.step,
    )


def _or_inf(ask: object, p: float) -> float:
    try:
        return float(ask(p))  # type: ignore[operator]
    except NoCertificate:
        return float("inf")


def _moment_error(limited: Array, x: Array, step: float) -> float:
    """How far E[min(X, end)^2] on the grid is from the exact one, relatively; `limited` is E[min(X, x)]."""
    masses = _masses(limited, step)
    # E[min(X, m)^2] = 2 integral of y S(y) dy = 2 (m L(m) - integral of L); Simpson over the grid.
    end = float(x[-2])
    upto = limited[: len(x) - 1]
    area = float(np.sum((upto[:-1] + upto[1:]) / 2) * step)
    exact = 2 * (end * float(upto[-1]) - area)
    beyond = 1 - float(masses.sum())
    grid = float(np.sum((x[:-1] ** 2) * masses)) + beyond * end**2
    return abs(grid - exact) / exact if exact > 0 else 0.0
