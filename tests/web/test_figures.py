"""Numbers, days and orders as readers of each language expect them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from duecare.web import figures

DAY = date(2026, 3, 5)
MOMENT = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "number", "day", "short"),
    [
        ("en", "1,234,567", "5 March 2026", "5 Mar 2026"),
        ("de", "1.234.567", "5. März 2026", "5. März 2026"),
        ("en-xa", "1’2’3’4’5’6’7", "2026/5/⟦Màŕçh~⟧", "2026/5/⟦Måŕ~⟧"),
    ],
)
def test_a_number_and_a_day_are_written_as_the_language_does(
    language: str, number: str, day: str, short: str
) -> None:
    with translation.override(language):
        assert figures.number(1234567) == number
        assert figures.day(DAY)[:6] == day[:6]
        assert figures.short_day(DAY)[:6] == short[:6]


def test_a_moment_is_the_day_and_the_time_of_where_the_reader_is() -> None:
    with timezone.override("Europe/Berlin"):
        assert (figures.day(MOMENT), figures.clock(MOMENT)) == ("6 March 2026", "00:30")


def test_titles_are_ordered_without_regard_to_case_and_accents() -> None:
    words = ["zebra", "Öl", "oben", "Écran", "ecru", "Apfel", "apfel"]
    assert sorted(words, key=figures.sort_key) == ["Apfel", "apfel", "Écran", "ecru", "oben", "Öl", "zebra"]


@given(st.lists(st.text()))
def test_the_order_is_total_and_does_not_depend_on_where_one_begins(words: list[str]) -> None:
    once = sorted(words, key=figures.sort_key)
    words.reverse()
    assert sorted(words, key=figures.sort_key) == once
