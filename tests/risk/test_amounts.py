"""Amounts of money as people type them: what is read, what is refused, and that writing reads back."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.risk.amounts import MOST, read_amount, write_amount


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("1200000", 1_200_000), ("1,200,000", 1_200_000), ("1 200 000", 1_200_000),
        ("1.200.000", 1_200_000), ("1'200'000", 1_200_000), ("1\u202f200\u00a0000", 1_200_000),
        ("1.2 m", 1_200_000), ("1.2m", 1_200_000), ("1,2 Mio.", 1_200_000), ("1.2 million", 1_200_000),
        ("EUR 5", 5), ("5 eur", 5), ("€5", 5), ("eur5k", 5_000), ("40 k", 40_000), ("2 bn", 2_000_000_000),
        ("1,234.50", 1234.5), ("1.234,50", 1234.5), ("1 234,5", 1234.5), ("0.5 m EUR", 500_000),
        ("1,200", 1_200), ("1.200", 1_200), ("0", 0), ("0.25", 0.25),
    ],
)  # fmt: skip
def test_an_amount_is_read_however_people_write_it(text: str, units: float) -> None:
    assert read_amount(text, "EUR") == units * 100


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("USD 5", "in USD, and the register is kept in EUR"), ("5 USD", "kept in EUR"),
        ("$ 5", "kept in EUR"),
        ("-5", "below zero"), ("−5", "below zero"), ("five", "no amount"), ("", "no amount"),
        ("1.200 m", "two ways"), ("12,00,000", "two ways"), ("1,20,0.5", "two ways"),
        ("1.2 parsecs", "not understood"), ("0.125", "decimal places"), ("99999999 bn", "zeros"),
        ("1 20", "no amount"), ("5,", "two ways"), ("1e6", "no amount"), ("1" * 61, "more than 60"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as refused:
        read_amount(text, "EUR", "loss")
    assert refused.value.place == "loss"


def test_white_space_of_any_length_costs_nothing() -> None:
    assert read_amount(" 1 \t\n 200" + " " * 100_000 + "EUR ", "EUR") == 120_000
    begun = time.process_time()
    for hostile in ("1" + " " * 100_000 + "!", "1 " * 100_000 + "!", "1" + ", " * 29 + "!", "1 " * 29 + "x!"):
        with pytest.raises(BadInput):
            read_amount(hostile, "EUR")
    assert time.process_time() - begun < 0.5


def test_decimal_places_are_those_of_the_currency() -> None:
    assert read_amount("1,200", "JPY") == 1_200
    assert read_amount("1.5", "KWD") == 1_500
    with pytest.raises(BadInput, match="two ways"):
        read_amount("1.200", "KWD")
    with pytest.raises(BadInput, match="decimal places"):
        read_amount("1.5", "JPY")


@given(st.integers(0, MOST), st.sampled_from(("EUR", "JPY", "KWD")), st.sampled_from((" ", "")))
def test_what_is_written_reads_the_same(minor: int, currency: str, gap: str) -> None:
    assert read_amount(write_amount(minor, currency, gap), currency) == minor
