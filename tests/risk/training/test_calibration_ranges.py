"""Numbers as people type them, what a range holds, and what a hit rate says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.risk.estimating import Calibration, hit_rate
from duecare.risk.training.ranges import holds, number_of, written
from duecare.risk.training.saying import SHORT, said, said_of
from duecare.web.words import STATUSES


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("1500", "1500"),
        (" 1 500 ", "1500"),
        ("1\u202f500", "1500"),
        ("1'500", "1500"),
        ("0,5", "0.5"),
        ("0.500", "0.5"),
        ("1609.344", "1609.344"),
        ("1,609.344", "1609.344"),
        ("1.609,344", "1609.344"),
        ("4,294,967,296", "4294967296"),
        ("4.294.967.296", "4294967296"),
        ("0", "0"),
    ],
)
def test_numbers_are_read_in_the_usual_ways(typed: str, means: str) -> None:
    assert written(number_of(typed)) == means


@pytest.mark.parametrize("typed", ["1,500", "1.500", "12.345"])
def test_what_can_be_read_in_two_ways_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="in two ways"):
        number_of(typed)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "-3", "1e5", "ten", "1.2.3", "1,23,4", "1,,000", "NaN", "1" * 16, "0.1234567", "1" * 41],
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        number_of(typed)


@given(st.decimals(0, 999_999_999_999_999, places=6))
def test_what_is_kept_is_what_was_meant(value: Decimal) -> None:
    kept = written(value)
    assert Decimal(kept) == value
    assert "E" not in kept
    assert written(Decimal(kept)) == kept


def test_both_ends_belong_to_a_range() -> None:
    assert holds("1609.344", "1610", "1609.344")
    assert holds("9", "1852", "1852")
    assert not holds("1853", "20000", "1852")
    assert holds("9", "10.5", "10")


def test_what_a_rate_says_has_a_look_and_names_its_range() -> None:
    assert set(SHORT) == set(Calibration)
    assert {state for state, _word in SHORT.values()} <= set(STATUSES)
    assert said(hit_rate(9, 9)).word == "too few to tell"
    assert said(hit_rate(4, 10)).word == "too narrow"
    assert said(hit_rate(50, 50)).word == "too wide"
    told = said(hit_rate(8, 10))
    assert (told.state, told.word) == ("agreed", "fits 90 %")
    assert told.figure == "8 of 10 held: 80 %, in the long run 44 to 98 %"
    assert said_of(0, 0) is None
