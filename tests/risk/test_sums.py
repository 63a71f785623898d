"""Losses made of other losses, against chance and what is known of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from duecare.errors import BadInput
from duecare.risk.curve_files import answer
from duecare.risk.severities import Lognormal, Pert
from duecare.risk.sums import Scaled, Together

PARTS = (
    Lognormal.from_range(10_000, 400_000),
    Lognormal.from_range(1_000, 2_000_000),
    Pert(0, 50_000, 90_000),
)


def test_quantiles_of_a_sum_are_the_sums_of_quantiles_and_its_distribution_inverts_them() -> None:
    both = Together(PARTS)
    p = np.asarray([0.001, 0.05, 0.5, 0.9, 0.99, 0.9999])
    assert np.allclose(both.cdf(both.at(p)), p, atol=1e-6)
    assert float(both.at(np.asarray([0.5]))[0]) == pytest.approx(
        sum(float(part.at(np.asarray([0.5]))[0]) for part in PARTS)
    )


def test_limited_values_are_the_integral_of_the_survival_function() -> None:
    both = Together(PARTS)
    for d in (5_000.0, 80_000.0, 1_000_000.0, 30_000_000.0):
        edges = np.concatenate(([0.0], np.geomspace(1.0, d, 60)))
        known = sum(
            integrate.quad(lambda x: 1 - float(both.cdf(np.asarray([x]))[0]), a, b, epsabs=1e-3)[0]
            for a, b in pairwise(edges)
        )
        assert float(both.limited(np.asarray([d]))[0]) == pytest.approx(known, rel=1e-6)


def test_moments_are_those_of_draws_in_which_all_parts_stand_at_one_quantile() -> None:
    narrow = (Lognormal(10, 0.4), Lognormal(9, 0.6))
    drawn = sum(part.at(np.random.default_rng(7).random(2_000_000)) for part in narrow)
    for k, exact in enumerate(Together(narrow).moments, start=1):
        assert np.mean(drawn**k) == pytest.approx(exact, rel=0.01)
    mixed = Together((Lognormal(10, 0.4), Pert(0, 20_000, 90_000)))
    z = np.linspace(-9, 8.2, 400_001)
    weights = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    known = np.trapezoid(mixed.at(special.ndtr(z)) ** 2 * weights, z)
    assert mixed.moments[1] == pytest.approx(known, rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 100), st.floats(1, 1e7))
def test_a_factor_scales_everything(factor: float, x: float) -> None:
    one, at = PARTS[0], np.asarray([x])
    scaled = Scaled(one, factor)
    assert np.allclose(scaled.cdf(at * factor), one.cdf(at))
    assert np.allclose(scaled.limited(at * factor), one.limited(at) * factor)
    assert scaled.moments[1] == pytest.approx(one.moments[1] * factor**2)


def test_a_file_takes_forms_together_and_effects_and_its_mean_follows() -> None:
    forms = [{"ci90": [10_000, 400_000]}, {"pert": [0, 50_000, 90_000]}]
    scenario = {"name": "Fraud", "frequency": {"pert": [0.1, 0.2, 0.6]}, "severity": {"together": forms}}
    plain = answer({"scenarios": [scenario], "quantiles": [0.5, 0.95]})
    halved = answer(
        {
            "scenarios": [{**scenario, "effect": {"frequency": 0.5, "magnitude": 0.8}}],
            "quantiles": [0.5, 0.95],
        }
    )
    assert plain["method"] == halved["method"] == "fft"
    assert plain["certificate"]["step_error"] < 1e-3
    assert halved["mean"] == pytest.approx(plain["mean"] * 0.4)
    assert halved["probability_of_no_loss"] > plain["probability_of_no_loss"]
    assert halved["var"]["0.95"] < plain["var"]["0.95"]


def test_what_is_no_sum_is_refused() -> None:
    with pytest.raises(BadInput, match="without a form"):
        Together(())
    with pytest.raises(BadInput, match="no factor"):
        Scaled(PARTS[0], 0)
    with pytest.raises(BadInput, match="effect"):
        answer(
            {
                "scenarios": [
                    {
                        "name": "x",
                        "frequency": {"rate": 1},
                        "severity": {"ci90": [1, 2]},
                        "effect": {"frequency": 0},
                    }
                ]
            }
        )
