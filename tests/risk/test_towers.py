"""What a tower pays: kept and ceded add up to the whole, and chance gives the same."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from duecare.errors import BadInput
from duecare.risk.curves import NoCertificate, curve
from duecare.risk.frequencies import PertRate, Rate
from duecare.risk.scenarios import Portfolio, Scenario
from duecare.risk.severities import Lognormal, Pert
from duecare.risk.simulating import quantile, simulate
from duecare.risk.towers import Layer, demand_apart, parts

PORTFOLIO = Portfolio(
    (
        Scenario("a", Rate(1.5), Lognormal.from_range(2e4, 2e6)),
        Scenario("b", PertRate(0.1, 0.5, 2), Pert(1e4, 1e5, 9e5), Lognormal.from_range(1e4, 1e6), 0.3),
    )
)
TOWERS = (
    (Layer(1e5, 1e6),),
    (Layer(1e5),),
    (Layer(1e5, 9e5), Layer(1e6, 4e6)),
    (Layer(123_457, 1e6),),
    (Layer(2e5, 2e6, 3e6),),
)


@pytest.mark.parametrize("layers", TOWERS)
def test_kept_and_ceded_add_up_to_the_whole_and_chance_gives_the_same(layers: tuple[Layer, ...]) -> None:
    whole = curve(PORTFOLIO, [0.5, 0.9, 0.99])
    found = parts(PORTFOLIO, layers, whole)
    assert found.kept_mean + found.ceded_mean == pytest.approx(whole.mean, rel=1e-9)
    years = simulate(PORTFOLIO, seed=11, years=60_000, layers=layers)
    ceded = years.losses - years.retained
    error = float(ceded.std()) / np.sqrt(len(ceded))
    assert abs(float(ceded.mean()) - found.ceded_mean) < 4 * error
    for p in (0.5, 0.9, 0.95):
        for ask, drawn in ((found.kept_at, years.retained), (found.ceded_at, ceded)):
            value, off = quantile(drawn, p)
            assert abs(value - ask(p)) <= 4 * off + found.step, (p, ask)


def test_a_tower_pays_no_more_than_its_aggregate() -> None:
    layer = Layer(2e5, 2e6, 3e6)
    found = parts(PORTFOLIO, (layer,), curve(PORTFOLIO, [0.5, 0.999]))
    assert found.ceded_at(0.999) == 3e6
    assert found.kept_at(0.999) > parts(PORTFOLIO, (Layer(2e5, 2e6),), curve(PORTFOLIO, [0.999])).kept_at(
        0.999
    )


def test_what_is_no_tower_is_refused() -> None:
    with pytest.raises(BadInput, match="is none"):
        Layer(-1, 5)
    with pytest.raises(BadInput, match="is none"):
        Layer(inf)
    with pytest.raises(BadInput, match="reaches into"):
        demand_apart((Layer(0, 2e6), Layer(1e6, 1e6)))
    with pytest.raises(NoCertificate, match="Several layers"):
        parts(PORTFOLIO, (Layer(0, 1e6, 1e6), Layer(1e6, 1e6)), curve(PORTFOLIO, [0.9]))
