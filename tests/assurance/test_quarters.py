"""Quarters follow each other without a gap, and what is no quarter is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.assurance.quarters import Quarter, newest
from duecare.errors import BadInput

DAYS = st.dates(date(1000, 4, 1), date(2999, 9, 30))


@given(DAYS)
def test_every_day_lies_in_its_quarter_and_in_no_other(day: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.last + timedelta(days=1) == quarter.following.first
    assert quarter.previous.following == quarter
    assert quarter.previous < quarter < quarter.following


@given(DAYS)
def test_a_quarter_reads_as_it_is_written(day: date) -> None:
    quarter = Quarter.of(day)
    assert Quarter.parse(str(quarter)) == quarter
    assert (quarter.last - quarter.first).days in (89, 90, 91)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-Q0", "2026-Q5", "0999-Q1", "2026-Q1 ", "２０２６-Q1", "x" * 999]
)
def test_what_is_no_quarter_is_refused_with_the_way_to_write_it(text: str) -> None:
    with pytest.raises(BadInput, match="Write it as 2026-Q3"):
        Quarter.parse(text)


def test_the_quarters_to_choose_from_end_where_the_record_began() -> None:
    found = [str(one) for one in newest(date(2026, 11, 23), date(2026, 2, 3), 12)]
    assert found == ["2026-Q4", "2026-Q3", "2026-Q2", "2026-Q1"]
    assert len(newest(date(2026, 11, 23), date(1990, 1, 1), 12)) == 12
    assert newest(date(2026, 1, 1), date(2026, 1, 1), 12) == [Quarter(2026, 1)]
