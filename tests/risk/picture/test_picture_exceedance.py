"""Where curves, marks and the tolerance stand in the picture."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from duecare.risk.picture.exceedance import Band, Curve, Spot, down, draw, marks, short

POINTS = ((1_000.0, 0.5), (10_000.0, 0.05), (100_000.0, 0.005))


def one(points: tuple[tuple[float, float], ...] = POINTS, begins: float = 1.0) -> Curve:
    return Curve("today", "Today", points, begins, tuple(Spot(loss, chance, "x") for loss, chance in points))


def places(path: str) -> list[tuple[float, float]]:
    numbers = [float(found) for found in re.findall(r"-?[\d.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_equal_ratios_of_money_and_of_chance_are_equal_distances() -> None:
    drawn = draw([one()])
    assert drawn is not None
    (x1, y1), (x2, y2), (x3, y3) = places(drawn.curves[0].path)
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert y2 - y1 == pytest.approx(y3 - y2, abs=0.2)
    assert (y1, y3) == (0, 1000)


def test_a_curve_of_years_that_may_cost_nothing_comes_in_from_the_left_at_the_chance_of_any_loss() -> None:
    drawn = draw([one(((0.0, 0.5), (0.0, 0.2), (10_000.0, 0.05), (100_000.0, 0.005)), begins=0.1)])
    assert drawn is not None
    first, *rest = places(drawn.curves[0].path)
    assert first == (-100, pytest.approx(10 * down(0.1), abs=0.1))
    assert len(rest) == 2
    assert len(drawn.curves[0].spots) == 2


def test_nothing_is_drawn_of_years_that_cost_nothing() -> None:
    assert draw([]) is None
    assert draw([one(((0.0, 0.5), (0.0, 0.005)), begins=0.001)]) is None


def test_a_tolerance_near_the_curves_widens_the_picture_and_a_far_one_is_said_to_be_outside() -> None:
    near, far = draw([one()], 400_000), draw([one()], 1e9)
    assert near is not None
    assert far is not None
    assert near.tolerance is not None
    assert 0 < near.tolerance < 100
    assert not near.outside
    assert far.tolerance is None
    assert far.outside


def test_what_lies_more_than_four_decades_below_the_largest_loss_is_left_out() -> None:
    drawn = draw([one(((0.01, 0.5), (10_000.0, 0.05), (1e6, 0.005)))])
    assert drawn is not None
    assert len(drawn.curves[0].spots) == 2


def test_a_layer_is_a_band_that_ends_where_the_picture_ends() -> None:
    drawn = draw([one()], bands=[Band("First", 10_000, math.inf), Band("Beyond", 1e8, 1e9)])
    assert drawn is not None
    (band,) = drawn.bands
    assert band.label == "First"
    assert band.x + band.width == pytest.approx(100)


@given(some.floats(1e-2, 1e12), some.floats(2, 1e4))
def test_marks_are_round_few_and_inside(low: float, ratio: float) -> None:
    found = marks(low, low * ratio)
    assert len(found) <= 5
    assert all(low * 0.999 <= each <= low * ratio * 1.001 for each in found)
    assert list(found) == sorted(found)


@given(some.lists(some.floats(1e-3, 1e12), min_size=2, max_size=7, unique=True))
def test_a_picture_holds_its_largest_loss_and_falls_to_the_right(losses: list[float]) -> None:
    ordered = sorted(losses)
    chances = [0.5 * 0.01 ** (place / (len(ordered) - 1)) for place in range(len(ordered))]
    drawn = draw([one(tuple(zip(ordered, chances, strict=True)))])
    assert drawn is not None
    found = places(drawn.curves[0].path)
    assert found == sorted(found)
    assert 0 <= found[-1][0] <= 1000
    assert len(drawn.across) >= 1


@pytest.mark.parametrize(
    ("amount", "words"), [(500, "500"), (20_000, "20 k"), (5e6, "5 M"), (1e9, "1 bn"), (0.5, "0.5")]
)
def test_amounts_are_short_on_the_axis(amount: float, words: str) -> None:
    assert short(amount) == words
