"""Ceiling and floor of spending, and the duty-of-care criteria: published vectors, and answers kept apart."""

from __future__ import annotations

from math import e

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.risk.ceilings import bound, class_one, class_two, floor
from duecare.risk.criteria import Answer, duty_of_care
from duecare.risk.definitions import DEFINITIONS

A = 1e-5


@pytest.mark.parametrize(
    ("vulnerability", "best"), [(0.3, 9_544.51), (0.5, 41_421.36), (0.65, 61_245.15), (0.8, 78_885.44)]
)
def test_the_first_class_meets_its_vectors(vulnerability: float, best: float) -> None:
    assert class_one(vulnerability, 400_000, A).best == pytest.approx(best, abs=0.005)


def test_the_second_class_meets_its_vector() -> None:
    found = class_two(0.5, 4_000_000, A)
    assert found.best == pytest.approx(379_316.17, abs=0.005)
    assert found.bound == pytest.approx(735_758.88, abs=0.005)


@given(
    vulnerability=st.floats(0.01, 0.99), loss=st.floats(1e3, 1e9), a=st.floats(1e-8, 1e-2), b=st.floats(1, 5)
)
def test_the_best_spending_is_below_the_bound_and_beats_its_neighbours(
    vulnerability: float, loss: float, a: float, b: float
) -> None:
    def one(z: float) -> float:
        return vulnerability / (a * z + 1) ** b * loss + z

    def two(z: float) -> float:
        return float(vulnerability ** (a * z + 1) * loss + z)

    for found, cost in (
        (class_one(vulnerability, loss, a, b), one),
        (class_two(vulnerability, loss, a), two),
    ):
        assert 0 <= found.best <= found.bound * (1 + 1e-9)
        assert found.bound == pytest.approx(vulnerability * loss / e) == bound(vulnerability * loss)
        assert found.left * loss + found.best == pytest.approx(cost(found.best))
        for z in (found.best * 0.99, found.best * 1.01 + 1):
            assert cost(found.best) <= cost(z) * (1 + 1e-9)


def test_what_is_outside_the_model_is_refused() -> None:
    for wrong in ((0, 1e5, A), (1, 1e5, A), (0.5, -1, A), (0.5, 1e5, 0)):
        with pytest.raises(BadInput):
            class_one(*wrong)
        with pytest.raises(BadInput):
            class_two(*wrong)
    with pytest.raises(BadInput, match="exponent"):
        class_one(0.5, 1e5, A, 0.5)


def test_the_floor_is_what_a_programme_costs_at_least() -> None:
    assert floor(100.0, 90.0).answer is Answer.MET
    assert floor(80.0, 90.0).answer is Answer.NOT_MET
    assert floor(None, 90.0).answer is Answer.CANNOT_SAY


def test_each_criterion_has_an_answer_of_its_own() -> None:
    found = duty_of_care(
        harm_left=50_000.0, tolerable_harm=20_000.0, reduction=70_000.0, burden=60_000.0, curtails=""
    )
    assert (found.harm.answer, found.burden.answer, found.objectives.answer) == (
        Answer.NOT_MET,
        Answer.MET,
        Answer.MET,
    )
    assert "50,000" in found.harm.reason
    assert "20,000" in found.harm.reason
    assert "60,000" in found.burden.reason
    dear = duty_of_care(
        harm_left=10.0, tolerable_harm=20.0, reduction=50.0, burden=60.0, curtails="visits by patients"
    )
    assert (dear.harm.answer, dear.burden.answer, dear.objectives.answer) == (
        Answer.MET,
        Answer.NOT_MET,
        Answer.CANNOT_SAY,
    )
    assert "visits by patients" in dear.objectives.reason


def test_what_nobody_said_is_not_met() -> None:
    found = duty_of_care(harm_left=5.0, tolerable_harm=None, reduction=None, burden=60.0, curtails=" ")
    assert found.harm.answer is found.burden.answer is Answer.CANNOT_SAY
    unknown = duty_of_care(harm_left=None, tolerable_harm=5.0, reduction=1.0, burden=0.0, curtails="")
    assert unknown.harm.answer is Answer.CANNOT_SAY


def test_each_test_says_what_it_asks_where_it_comes_from_and_where_it_ends() -> None:
    assert list(DEFINITIONS) == [
        "hand",
        "duty-of-care",
        "gordon-loeb",
        "maximum-probable-loss",
        "safe-harbours",
    ]
    for one in DEFINITIONS.values():
        assert all(len(text) > 20 for text in (one.asks, one.source, one.limits))
