"""Losses of one event: against scipy's own distributions, and numbers known from elsewhere."""

from __future__ import annotations

from math import exp, inf, isinf, log

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from duecare.errors import BadInput
from duecare.risk.severities import (
    Capped,
    Empirical,
    Lognormal,
    Mixture,
    Pareto,
    Pert,
    Severity,
    deviation,
)

number = st.floats(0.1, 1e6)


@st.composite
def severities(draw: st.DrawFn) -> Severity:
    kind = draw(st.integers(0, 4))
    if kind == 0:
        low = draw(number)
        return Lognormal.from_range(low, low * draw(st.floats(1.5, 500)))
    if kind == 1:
        a, m, b = sorted(draw(st.lists(number, min_size=3, max_size=3)))
        return Pert(a, m, b + 1)
    if kind == 2:
        return Pareto(draw(st.floats(0, 1e4)), draw(number), draw(st.floats(0, 0.3)))
    if kind == 3:
        return Empirical(tuple(draw(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))))
    return Mixture((0.25, 0.75), (Lognormal(log(draw(number)), 1), Pareto(0, draw(number), 0.2)))


@given(severities())
@example(Pareto(0, 1, 5e-324))
@settings(max_examples=60, deadline=None)
def test_a_distribution_rises_its_limited_mean_too_and_its_quantile_turns_it_round(one: Severity) -> None:
    x = np.linspace(0, 3 * one.moments[0] + 1, 400)
    cdf, limited = one.cdf(x), one.limited(x)
    survival, also = one.tail(x)
    assert survival == pytest.approx(1 - cdf, abs=1e-12)
    assert also == pytest.approx(limited, rel=1e-12)
    assert (np.diff(cdf) >= -1e-12).all()
    assert (cdf >= 0).all()
    assert (cdf <= 1).all()
    assert (np.diff(limited) >= -1e-9 * one.moments[0]).all()
    assert (limited <= np.minimum(x, one.moments[0]) * (1 + 1e-9) + 1e-9).all()
    # E[min(X, d)] is the integral of the survival function.
    area = np.concatenate(([0], np.cumsum((2 - cdf[1:] - cdf[:-1]) / 2 * np.diff(x))))
    if not isinstance(one, Empirical):
        assert limited == pytest.approx(area, rel=0.02, abs=0.02 * one.moments[0])
    p = np.linspace(0.01, 0.99, 99)
    at = one.at(p)
    assert (one.cdf(at) >= p - 1e-9).all()
    assert (one.cdf(np.maximum(at * (1 - 1e-6) - 1e-9, -1)) <= p + 1e-5).all()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Lognormal(1, 0.7), stats.lognorm(0.7, scale=exp(1))),
        (Pert(2, 5, 20), stats.beta(1 + 4 * 3 / 18, 1 + 4 * 15 / 18, 2, 18)),
        (Pareto(3, 2, 0.2), stats.genpareto(0.2, 3, 2)),
        (Pareto(0, 4, 0), stats.expon(0, 4)),
    ],
)
def test_moments_and_quantiles_are_those_of_scipy(ours: Severity, theirs: stats.rv_continuous) -> None:
    assert ours.moments == pytest.approx([theirs.moment(k) for k in (1, 2, 3)], rel=1e-6)
    x = np.linspace(0.1, 40, 50)
    assert ours.cdf(x) == pytest.approx(theirs.cdf(x), abs=1e-12)
    p = np.asarray([0.001, 0.3, 0.5, 0.95, 0.999])
    assert ours.at(p) == pytest.approx(theirs.ppf(p), rel=1e-9)


def test_a_range_of_ninety_per_cent_is_that_of_the_method() -> None:
    one = Lognormal.from_range(50_000, 2_000_000)
    assert one.mu == pytest.approx((log(50_000) + log(2_000_000)) / 2)
    assert one.sigma == pytest.approx((log(2_000_000) - log(50_000)) / 3.28971, rel=1e-6)
    assert one.cdf(np.asarray([50_000, 2_000_000])) == pytest.approx([0.05, 0.95])


def test_a_cap_keeps_what_lies_below_it_and_moments_are_the_integrals() -> None:
    heavy = Pareto(10, 50, 1.4)
    assert isinf(heavy.moments[0])
    one = Capped(heavy, 10_000)
    for k, moment in enumerate(one.moments, start=1):
        exact, _error = integrate.quad(
            lambda x, k=k: k * x ** (k - 1) * (1 - heavy.cdf(np.asarray([x]))[0]), 0, 10_000,
            points=[10, 100, 1000], limit=400,
        )  # fmt: skip
        assert moment == pytest.approx(exact, rel=1e-6)
    assert one.cdf(np.asarray([9_999.0, 10_000.0]))[1] == 1
    assert one.top == 10_000
    assert deviation(one.moments) > 0
    assert deviation(heavy.moments) == inf


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: Lognormal.from_range(10, 10), "no range"),
        (lambda: Lognormal.from_range(0, 10), "no range"),
        (lambda: Lognormal.from_range(10, 5), "no range"),
        (lambda: Lognormal(0, 0), "sigma"),
        (lambda: Lognormal(0, 9), "leaves every bound"),
        (lambda: Pert(5, 4, 6), "no least"),
        (lambda: Pert(-1, 4, 6), "no least"),
        (lambda: Pert(4, 4, 4), "nothing is open"),
        (lambda: Pareto(0, 0, 0.5), "Pareto"),
        (lambda: Pareto(0, 1, -0.5), "Pareto"),
        (lambda: Empirical(()), "no losses"),
        (lambda: Empirical((1, -1)), "no losses"),
        (lambda: Mixture((0.5, 0.4), (Pert(1, 2, 3), Pert(1, 2, 3))), "shares"),
        (lambda: Capped(Pert(1, 2, 3), 0), "cap"),
    ],
)
def test_what_is_no_distribution_is_refused(made, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match=message):
        made()
