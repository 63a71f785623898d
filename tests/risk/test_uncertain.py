"""Estimated numbers: nodes that keep every moment, and a distribution that is its quantiles' inverse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from duecare.errors import BadInput
from duecare.risk.frequencies import GammaRate, PertRate, Rate
from duecare.risk.uncertain import Belief, Gamma, Uncertain, belief_of

three = st.lists(st.floats(0, 1e3), min_size=3, max_size=3).map(sorted).filter(lambda n: n[2] - n[0] > 1e-3)
perts = three.map(lambda numbers: Uncertain(*numbers))
gammas = st.builds(lambda mean, shape: Gamma(mean, mean**2 / shape), st.floats(0.01, 50), st.floats(0.3, 1e6))


@settings(max_examples=60, deadline=None)
@given(one=st.one_of(perts, gammas), count=st.integers(2, 64))
def test_nodes_keep_mean_and_variance(one: Belief, count: int) -> None:
    values, weights = one.nodes(count)
    mean = float(np.sum(values * weights))
    assert weights.sum() == pytest.approx(1)
    assert mean == pytest.approx(one.mean)
    assert float(np.sum((values - mean) ** 2 * weights)) == pytest.approx(one.variance, rel=1e-6)
    assert values.min() >= one.range[0] - 1e-9


@settings(max_examples=60, deadline=None)
@given(one=st.one_of(perts, gammas), p=st.floats(0.01, 0.99))
def test_a_quantile_has_its_probability(one: Belief, p: float) -> None:
    assert float(one.cdf(np.asarray(one.at(p)))) == pytest.approx(p, abs=1e-6)


def test_they_are_the_textbook_distributions() -> None:
    x = np.asarray([1.0, 2.0, 3.5, 4.9])
    pert = stats.beta(1 + 4 * 1 / 4, 1 + 4 * 3 / 4, loc=1, scale=4)
    assert Uncertain(1, 2, 5).cdf(x) == pytest.approx(pert.cdf(x))
    assert Uncertain(1, 2, 5).variance == pytest.approx(pert.var())
    assert Gamma(2, 1).cdf(x) == pytest.approx(stats.gamma(4, scale=0.5).cdf(x))


def test_a_known_number_is_one_node() -> None:
    known = Uncertain.known(3)
    values, weights = known.nodes(64)
    assert (values.tolist(), weights.tolist()) == ([3], [1])
    assert known.variance == 0
    assert known.cdf(np.asarray([2.9, 3.0])).tolist() == [0, 1]
    assert known.at(0.05) == known.at(0.95) == 3


def test_a_rate_of_the_curves_is_the_same_belief() -> None:
    for frequency in (Rate(0.3), PertRate(0.1, 0.2, 0.9), GammaRate(2, 0.5)):
        one = belief_of(frequency)
        assert one.mean == pytest.approx(frequency.mean)
        assert one.variance == pytest.approx(frequency.variance)


def test_what_is_no_estimate_is_refused() -> None:
    for numbers in ((3, 2, 1), (-1, 0, 1), (0, 1, float("inf"))):
        with pytest.raises(BadInput):
            Uncertain(*numbers)
    with pytest.raises(BadInput):
        Gamma(0, 1)
