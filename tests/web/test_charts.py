"""Charts are true to their numbers: round scales from zero, gaps where nothing is known."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.web.charts import SIDE, LineChart, Point, draw, scale

numbers = st.floats(-1e9, 1e9).filter(lambda number: number == 0 or abs(number) > 1e-6)
START = date(2026, 1, 1)


def _chart(values: list[float | None], **more: object) -> LineChart:
    points = tuple(Point(START + timedelta(days=10 * place), value) for place, value in enumerate(values))
    return LineChart("c", "Chart", "What it shows.", "days", points, **more)  # type: ignore[arg-type]


@given(numbers, numbers)
def test_a_scale_is_even_holds_zero_and_all_values_and_has_few_round_marks(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    marks = scale(low, high)
    slack = 1e-6 * (max(high, 0) - min(low, 0))
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack
    assert 0 in marks
    assert 2 <= len(marks) <= 7
    width = marks[1] - marks[0]
    assert f"{width:.0e}"[0] in "125"
    assert all(abs((b - a) - width) < 1e-6 * width for a, b in pairwise(marks))


def test_a_scale_of_nothing_but_zero_still_has_a_height() -> None:
    assert scale(0, 0)[-1] >= 1


def test_a_line_runs_from_the_first_day_to_the_last_at_the_right_heights() -> None:
    drawing = draw(_chart([0, 40, 20]))
    assert drawing.path == f"M0.0 {SIDE:.1f}L500.0 0.0L1000.0 500.0"
    assert drawing.dots == ((100.0, 50.0),)
    assert [tick.value for tick in drawing.down] == [0, 10, 20, 30, 40]


def test_a_state_is_drawn_in_steps() -> None:
    assert re.fullmatch(r"M[\d.]+ [\d.]+(H[\d.]+V[\d.]+){2}", draw(_chart([1, 2, 3], step=True)).path)


def test_what_is_not_known_is_a_gap_and_never_bridged() -> None:
    drawing = draw(_chart([1, 2, None, None, 3, 4]))
    assert drawing.gaps == ((20.0, 60.0),)
    assert drawing.path.count("M") == 2


def test_a_value_alone_between_gaps_is_a_dot() -> None:
    drawing = draw(_chart([None, 5, None]))
    assert drawing.path == ""
    assert [dot[0] for dot in drawing.dots] == [50.0]
    assert drawing.gaps == ((0.0, 50.0), (50.0, 50.0))


def test_the_target_lies_within_the_scale_even_above_all_values() -> None:
    drawing = draw(_chart([1, 2], target=30))
    assert drawing.target == 0.0


def test_a_chart_without_points_or_with_one_can_be_drawn() -> None:
    assert draw(_chart([])).dots == ()
    assert draw(_chart([3])).dots == ((50.0, 0.0),)


def test_days_out_of_order_are_the_callers_mistake() -> None:
    chart = LineChart("c", "C", "D.", "days", (Point(START, 1), Point(START, 2)))
    with pytest.raises(ValueError, match="days must rise"):
        draw(chart)
