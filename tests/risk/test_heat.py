"""The derived 5 x 5: places by decades, and levels that go with the expected loss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.risk.heat import BASES, LEVELS, LIKELIHOODS, Basis, Level, bands, cell, level


@pytest.mark.parametrize(
    ("rate", "place"), [(0, 1), (0.0099, 1), (0.01, 2), (0.1, 3), (0.99, 3), (1, 4), (10, 5), (400, 5)]
)
def test_a_rate_has_its_place(rate: float, place: int) -> None:
    assert cell(rate, 1, bands()).likelihood == place
    assert LIKELIHOODS[place - 1]


def test_losses_are_measured_by_the_best_that_is_known() -> None:
    assert bands(2e6, 5e7).basis is Basis.TOLERANCE
    assert bands(remedy=2e6).basis is Basis.REMEDY
    assert bands(remedy=2e6).edges == bands(2e6).edges
    assert bands(2e6).edges == pytest.approx((2e4, 2e5, 2e6, 2e7))
    assert bands(None, 5e7).edges == pytest.approx((5e3, 5e4, 5e5, 5e6))
    assert bands().basis is Basis.ABSOLUTE
    assert bands(0, 0).basis is Basis.ABSOLUTE
    assert cell(0.5, 2e6, bands(2e6)).impact == 4, "a loss that is a bad year's tolerance"
    assert cell(0.5, 1.9e6, bands(2e6)).impact == 3
    assert set(BASES) == set(Basis)


@given(
    rate=st.floats(1e-4, 1e4), loss=st.floats(1, 1e9), more=st.floats(1, 100), tolerance=st.floats(1e3, 1e8)
)
def test_more_never_stands_lower(rate: float, loss: float, more: float, tolerance: float) -> None:
    order = list(Level)
    places = bands(tolerance)
    before = cell(rate, loss, places)
    for after in (cell(rate * more, loss, places), cell(rate, loss * more, places)):
        assert order.index(after.level) >= order.index(before.level)
    assert 1 <= before.likelihood <= 5
    assert 1 <= before.impact <= 5
    assert (before.rate, before.loss) == (rate, loss)


def test_every_cell_has_a_level_and_all_levels_occur() -> None:
    found = {level(likelihood, impact) for likelihood in range(1, 6) for impact in range(1, 6)}
    assert found == set(Level) == set(LEVELS)
    assert level(1, 1) is Level.LOW
    assert level(5, 5) is Level.VERY_HIGH


def test_what_has_no_place_is_refused() -> None:
    for rate, loss in ((-1, 1), (1, float("inf")), (float("nan"), 1)):
        with pytest.raises(BadInput):
            cell(rate, loss, bands())
