"""Losses of a year: against Panjer's recursion, closed forms, published quantiles, moments and chance."""

from __future__ import annotations

from dataclasses import replace
from math import exp, inf, isfinite, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from duecare.errors import BadInput
from duecare.risk.curves import NoCertificate, curve, lattice, on_grid, summed
from duecare.risk.frequencies import GammaRate, PertRate, Rate
from duecare.risk.scenarios import Portfolio, Scenario, vulnerability
from duecare.risk.severities import Capped, Empirical, Lognormal, Pareto, Pert, Severity
from duecare.risk.simulating import simulate

ASKED = (0.5, 0.9, 0.95, 0.99, 0.995)


def alone(rate: float, severity: object, **more: object) -> Portfolio:
    return Portfolio((Scenario("one", Rate(rate), severity, **more),))  # type: ignore[arg-type]


@pytest.mark.parametrize(("rate", "quantile"), [(0.1, 105.36), (10, 1779.16), (100, 5853.06)])
def test_the_published_quantiles_of_poisson_and_lognormal(rate: float, quantile: float) -> None:
    found = curve(alone(rate, Lognormal(0, 2)), [0.999])
    assert found.var(0.999) == pytest.approx(quantile, rel=1e-4)
    assert found.certificate
    assert found.certificate.step_error < 1e-3


def panjer(rate: float, masses: np.ndarray) -> np.ndarray:
    """g_k = (rate / k) sum of j f_j g_(k - j), from g_0 = exp(-rate (1 - f_0))."""
    g = np.zeros(len(masses))
    g[0] = exp(-rate * (1 - masses[0]))
    weighted = np.arange(len(masses)) * masses
    for k in range(1, len(masses)):
        g[k] = rate / k * np.dot(weighted[1 : k + 1], g[k - 1 :: -1] if k > 1 else g[:1])
    return g


@given(st.floats(0.05, 30), st.floats(0.3, 1.8))
@settings(max_examples=15, deadline=None)
def test_the_transform_gives_what_the_recursion_of_panjer_gives(rate: float, sigma: float) -> None:
    severity = Lognormal(0, sigma)
    x = lattice(0.2, 513)
    masses = on_grid(severity, x, 0.2)
    assert summed(alone(rate, severity), [masses]) == pytest.approx(panjer(rate, masses), abs=1e-10)


@pytest.mark.parametrize("rate", [0.2, 3, 40])
def test_poisson_sums_of_exponential_losses_have_a_closed_form(rate: float) -> None:
    # P(S <= x) = sum of Poisson(n; rate) P(Gamma(n, 1) <= x)
    found = curve(alone(rate, Pareto(0, 1, 0)), ASKED)
    counts = np.arange(1, 400)
    weights = np.exp(counts * np.log(rate) - rate - special.gammaln(counts + 1))
    for p in ASKED:
        value = found.var(p)
        below = exp(-rate) + float(np.sum(weights * special.gammainc(counts, value))) if value else exp(-rate)
        assert below == pytest.approx(max(p, exp(-rate)), abs=2e-5)


def test_mean_variance_and_a_year_without_loss_come_from_formulas() -> None:
    severity = Pert(100, 300, 2000)
    one, two, _three = severity.moments
    found = curve(alone(2.5, severity), ASKED)
    assert found.mean == pytest.approx(2.5 * one)
    assert found.variance == pytest.approx(2.5 * two)
    assert found.none == pytest.approx(exp(-2.5))
    grid = lattice(found.step, len(found.below))
    masses = np.diff(found.below, prepend=0)
    assert float(np.sum(grid * masses)) == pytest.approx(found.mean, rel=2e-3)
    assert curve(alone(1, Empirical((0, 0, 0, 10))), [0.9]).none == pytest.approx(exp(-0.25))


def third(severity: Severity) -> float:
    """E[X^3] by quadrature of the quantile function: nothing of it comes from the formulas under test."""
    found, _error = integrate.quad(
        lambda u: float(severity.at(np.asarray([u]))[0]) ** 3, 0, 1, limit=400, epsabs=0, epsrel=1e-10
    )
    return float(found)


LIGHT: list[Severity] = [
    Pert(100, 300, 2000), Pert(0, 0, 50), Lognormal(0, 0.5), Pareto(0, 3, 0), Pareto(10, 3, 0.1),
    Capped(Lognormal(0, 1.5), 20.0),
]  # fmt: skip


@pytest.mark.parametrize("severity", LIGHT, ids=str)
def test_the_third_moment_of_a_loss_is_that_of_its_quantiles(severity: Severity) -> None:
    assert severity.moments[2] == pytest.approx(third(severity), rel=1e-6)
    assert Empirical((1, 2, 4)).moments[2] == pytest.approx(73 / 3)


@pytest.mark.parametrize("severity", LIGHT, ids=str)
@pytest.mark.parametrize("rate", [0.4, 6])
@pytest.mark.parametrize("variance", [0.0, 0.5])
def test_the_third_moment_of_a_year_is_that_of_the_sum(
    severity: Severity, rate: float, variance: float
) -> None:
    """Of a Poisson sum the third cumulant is rate E[X^3]; a gamma factor of variance v adds what its own
    second and third cumulants (v, and 2 v^2) make of the mean m: 3 v m rate E[X^2] + 2 v^2 m^3."""
    one, two, _three = severity.moments
    portfolio = Portfolio((Scenario("one", Rate(rate), severity),), gamma_variance=variance)
    mean = rate * one
    exact = rate * third(severity) + 3 * variance * mean * rate * two + 2 * variance**2 * mean**3
    points = 1 << 14
    step = (mean + 40 * sqrt(portfolio.variance)) / points
    x = lattice(step, points + 1)
    masses = summed(portfolio, [on_grid(severity, x, step)])
    assert float(np.sum(masses * (x[:-1] - mean) ** 3)) == pytest.approx(exact, rel=1e-3)


PORTFOLIOS = {
    "known rates": Portfolio(
        (
            Scenario("a", Rate(0.7), Lognormal.from_range(1e4, 1e6)),
            Scenario("b", Rate(2), Pert(1e3, 5e3, 9e4)),
        )
    ),
    "uncertain rates": Portfolio(
        (
            Scenario("a", PertRate(0.05, 0.2, 0.8), Lognormal.from_range(1e4, 1e6)),
            Scenario("b", GammaRate(2, 3), Pert(1e3, 5e3, 9e4)),
        )
    ),
    "a common factor": Portfolio(
        (
            Scenario("a", Rate(0.7), Lognormal.from_range(1e4, 1e6)),
            Scenario("b", Rate(2), Pert(1e3, 5e3, 9e4)),
        ),
        gamma_variance=0.5,
    ),
    "both": Portfolio(
        (
            Scenario("a", PertRate(0.05, 0.2, 0.8), Lognormal.from_range(1e4, 1e6)),
            Scenario("b", Rate(2), Pert(1e3, 5e3, 9e4)),
        ),
        gamma_variance=0.5,
    ),
    "secondary losses, and controls that hold some off": Portfolio(
        (
            Scenario("a", Rate(4), Pert(1e3, 5e3, 9e4), Lognormal.from_range(2e4, 4e5), 0.2, 0.3),
            Scenario("b", Rate(0.3), Capped(Pareto(1e4, 3e4, 1.1), 5e6)),
        )
    ),
}


@pytest.mark.parametrize("name", PORTFOLIOS)
def test_chance_gives_the_same_within_four_deviations(name: str) -> None:
    portfolio = PORTFOLIOS[name]
    found, years = curve(portfolio, ASKED), simulate(portfolio, seed=7, years=60_000)
    error = sqrt(portfolio.variance / len(years.losses))
    assert abs(float(years.losses.mean()) - found.mean) < 4 * error
    share = float(np.mean(years.losses == 0))
    assert abs(share - found.none) < 4 * sqrt(found.none * (1 - found.none) / len(years.losses))
    for p in (0.5, 0.9, 0.95, 0.99):
        value, off = years.var(p)
        assert abs(value - found.var(p)) <= 4 * off + found.step, p
        value, off = years.tvar(p)
        assert abs(value - found.tvar(p)) <= 4 * off + found.step, p
        below = float(np.mean(years.largest <= found.oep(p)))
        assert abs(below - max(p, found.none)) < 4 * sqrt(p * (1 - p) / len(years.losses)) + 1e-4, p
    spread = (years.losses - found.mean) ** 2
    assert abs(float(spread.mean()) - portfolio.variance) < 4 * float(spread.std()) / sqrt(len(spread))


@given(st.floats(0.1, 5), st.floats(1.05, 3), st.sampled_from(ASKED))
@settings(max_examples=15, deadline=None)
def test_a_higher_rate_and_larger_losses_cost_more_and_a_better_control_less(
    rate: float, more: float, p: float
) -> None:
    before = curve(alone(rate, Lognormal(8, 1)), [p])
    assert curve(alone(rate * more, Lognormal(8, 1)), [p]).var(p) >= before.var(p)
    larger = curve(alone(rate, Lognormal(8 + np.log(more), 1)), [p])
    assert larger.var(p) == pytest.approx(before.var(p) * more, rel=2e-3)
    held = curve(alone(rate, Lognormal(8, 1), vulnerability=1 / more), [p])
    assert held.var(p) <= before.var(p)
    assert before.oep(p) <= before.var(p) * (1 + 2e-3) + before.step
    assert before.tvar(p) >= before.var(p)


def test_exceeding_a_quantile_has_the_chance_that_is_left() -> None:
    found = curve(PORTFOLIOS["known rates"], ASKED)
    for p in ASKED:
        assert found.exceeded(found.var(p)) == pytest.approx(1 - p, abs=1e-9)
    assert found.exceeded(-1) == 1


def test_a_control_holds_off_the_share_that_is_weaker() -> None:
    same = Pert(0, 50, 100)
    assert vulnerability(same, same) == pytest.approx(0.5, abs=1e-6)
    assert vulnerability(Pert(60, 70, 80), Pert(10, 20, 30)) == pytest.approx(1)
    assert vulnerability(Pert(10, 20, 30), Pert(60, 70, 80)) == pytest.approx(0)


def test_own_history_moves_a_rate_towards_what_was_seen() -> None:
    before = GammaRate(0.5, 0.25)  # as if one event had been seen in two years
    after = before.after(events=3, years=4)
    assert after.mean == pytest.approx((1 + 3) / (2 + 4))
    assert after.variance < before.variance
    with pytest.raises(BadInput, match="no history"):
        before.after(events=1, years=0)


def test_a_curve_without_certificate_is_refused_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duecare.risk.curves.TOLERANCE", 1e-15)
    monkeypatch.setattr("duecare.risk.curves.MOST_POINTS", 1 << 14)
    with pytest.raises(NoCertificate, match="Two steps still differ"):
        curve(alone(1, Lognormal(0, 1)), [0.9])


def test_a_heavy_tail_without_a_mean_has_quantiles_and_no_tail_mean() -> None:
    found = curve(alone(0.5, Pareto(0, 1000, 1.2)), [0.9])
    assert not isfinite(found.mean)
    assert found.tvar(0.9) == inf
    # One large loss on top of little else: P(S > x) is about rate P(X > x).
    value = found.var(0.9)
    assert 0.5 * float(1 - Pareto(0, 1000, 1.2).cdf(np.asarray([value]))[0]) == pytest.approx(0.1, rel=0.35)


def test_what_cannot_be_summed_is_refused() -> None:
    one = Scenario("one", Rate(1), Lognormal(0, 1))
    with pytest.raises(BadInput, match="no scenario"):
        Portfolio(())
    with pytest.raises(BadInput, match="no variance of a common factor"):
        Portfolio((one,), 50)
    with pytest.raises(BadInput, match="vulnerability"):
        replace(one, vulnerability=1.5)
    with pytest.raises(BadInput, match="belong together"):
        replace(one, secondary_chance=0.5)
    with pytest.raises(BadInput, match="quantiles"):
        curve(Portfolio((one,)), [])
    with pytest.raises(BadInput, match="between 0 and 1"):
        curve(Portfolio((one,)), [0.5]).var(1)
    with pytest.raises(BadInput, match="all 0"):
        curve(alone(1, Empirical((0,))), [0.5])
    with pytest.raises(BadInput, match="never happens"):
        Rate(0)
    with pytest.raises(BadInput, match="too many"):
        simulate(alone(1e5, Lognormal(0, 1)), seed=1)
