"""Scenarios that go together by a copula: each keeps its own years, and bad ones come together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from duecare.errors import BadInput
from duecare.risk.copulas import Copula, joined
from duecare.risk.curve_files import answer, portfolio_of
from duecare.risk.frequencies import Rate
from duecare.risk.scenarios import Portfolio, Scenario
from duecare.risk.severities import Lognormal
from duecare.risk.simulating import simulate
from duecare.risk.towers import Layer

TWO = Portfolio((Scenario("a", Rate(3), Lognormal(0, 1)), Scenario("b", Rate(2), Lognormal(0.5, 0.8))))
YEARS = 100_000


def _file(**dependence: Any) -> dict[str, Any]:
    one = {"frequency": {"rate": 2}, "severity": {"ci90": [10, 100]}}
    names = [{"name": name, **one} for name in ("a", "b", "c")]
    return {"scenarios": names, "quantiles": [0.95], "dependence": dependence}


def test_scores_have_the_correlation_asked_for_and_t_has_more_extremes_together() -> None:
    chance = np.random.default_rng(5)
    gaussian = Copula.alike(0.6, 2).scores(chance, 400_000)
    assert np.corrcoef(gaussian)[0, 1] == pytest.approx(0.6, abs=0.01)
    student = Copula.alike(0.6, 2, 3).scores(chance, 400_000)
    # Kendall's tau of both is 2/pi arcsin(rho) (McNeil, Frey, Embrechts, 2015, 7.5.1).
    for scores in (gaussian, student):
        tau = stats.kendalltau(scores[0, :50_000], scores[1, :50_000]).statistic
        assert tau == pytest.approx(2 / np.pi * np.arcsin(0.6), abs=0.01)

    def together(scores: Any) -> float:
        high = [row > np.quantile(row, 0.99) for row in scores]
        return float(np.mean(high[0] & high[1]))

    assert together(student) > 1.2 * together(gaussian)


def test_without_correlation_it_is_the_plain_sum_within_chance() -> None:
    plain, apart = simulate(TWO, 1, YEARS), joined(TWO, Copula.alike(0, 2), 2, YEARS)
    for p in (0.5, 0.95, 0.99):
        (one, error), (other, more) = plain.var(p), apart.var(p)
        assert abs(one - other) < 4 * np.hypot(error, more)


def test_the_mean_stays_and_the_tail_grows_with_the_correlation() -> None:
    found = [joined(TWO, Copula.alike(rho, 2), 3, YEARS) for rho in (0, 0.5, 1)]
    means = [float(one.losses.mean()) for one in found]
    assert means == pytest.approx([means[0]] * 3, rel=1e-9), "each scenario keeps its own years"
    tails = [one.var(0.99)[0] for one in found]
    assert tails[0] < tails[1] < tails[2]
    # Wholly together, quantiles add up.
    whole = [simulate(Portfolio((one,)), 9, YEARS).var(0.99)[0] for one in TWO.scenarios]
    assert tails[2] == pytest.approx(sum(whole), rel=0.05)


def test_a_tower_pays_of_years_that_go_together_and_nothing_is_lost() -> None:
    layer = Layer(2.0, 5.0, 8.0)
    years = joined(TWO, Copula.alike(0.7, 2), 3, 20_000, [layer])
    paid = years.losses - years.retained
    assert paid.min() >= 0
    assert paid.max() <= 8.0 + 1e-9


def test_a_file_with_a_copula_is_drawn_and_says_why_and_no_curve_is_claimed_for_it() -> None:
    plain = answer(_file(gamma_variance=0.5))
    drawn = answer(_file(copula={"kind": "t", "correlation": 0.5, "degrees": 4}))
    assert plain["method"] == "fft"
    assert drawn["method"] == "monte carlo"
    assert "copula" in drawn["certificate"]["why"]
    assert drawn["certificate"]["years"] == 500_000
    independent = answer({**_file(), "dependence": None})
    assert drawn["mean"] == pytest.approx(independent["mean"])
    assert drawn["var"]["0.95"] > independent["var"]["0.95"]
    assert drawn["variance"] > independent["variance"]
    with pytest.raises(BadInput, match="under a copula"):
        portfolio_of(_file(copula={"kind": "gaussian", "correlation": 0.5}))


@pytest.mark.parametrize(
    ("copula", "words"),
    [
        ({"kind": "gaussian", "correlation": 1.5}, "no correlation"),
        ({"kind": "gaussian", "correlation": 0.5, "degrees": 4}, "belong to a t copula"),
        ({"kind": "t", "correlation": 0.5}, "belong to a t copula"),
        ({"kind": "t", "correlation": 0.5, "degrees": 1}, "degrees of freedom"),
        ({"kind": "gaussian", "correlation": [[1, 0.5], [0.5, 1]]}, "of 2 scenarios, and there are 3"),
        ({"kind": "gaussian", "correlation": [[1, 0.5, 0], [0.4, 1, 0], [0, 0, 1]]}, "mirror"),
        (
            {"kind": "gaussian", "correlation": [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]},
            "semidefinite",
        ),
        ({"kind": "gaussian", "correlation": [[1, 0.5, 0], [0.5, 1]]}, "square"),
        ({"kind": "clayton", "correlation": 0.5}, "dependence"),
    ],
)
def test_what_is_no_copula_is_refused(copula: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        answer(_file(copula=copula))
