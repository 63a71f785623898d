"""When a duty is due again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.law.duties import cadence
from duecare.law.obligations import obligations

DAYS = st.dates(date(2000, 1, 1), date(2150, 1, 1))
PERIODS = st.sampled_from(["P1M", "P3M", "P6M", "P1Y", "P3Y"])


@pytest.mark.parametrize(
    ("text", "done", "due", "again"),
    [
        ("P1M", date(2026, 1, 31), None, date(2026, 2, 28)),
        ("P6M", date(2026, 8, 31), None, date(2027, 2, 28)),
        ("P1Y", date(2028, 2, 29), date(2028, 6, 1), date(2029, 2, 28)),
        ("fixed_date:04-15", date(2026, 3, 1), date(2026, 4, 15), date(2027, 4, 15)),
        ("fixed_date:04-15", date(2026, 4, 20), date(2026, 4, 15), date(2027, 4, 15)),
        ("fixed_date:02-29", date(2026, 4, 20), None, date(2027, 2, 28)),
        ("fixed_date:02-30", date(2026, 4, 20), None, date(2027, 2, 28)),
        ("once", date(2026, 4, 20), None, None),
        ("event", date(2026, 4, 20), None, None),
    ],
)
def test_it_is_counted_from_the_day_on_which_it_was_done(
    text: str, done: date, due: date | None, again: date | None
) -> None:
    assert cadence.next_due(text, done, due) == again


@given(PERIODS, DAYS)
def test_the_next_day_lies_after_the_last_and_no_further_than_the_period(text: str, done: date) -> None:
    months = cadence.period(text) or 0
    again = cadence.next_due(text, done)
    assert again is not None
    assert timedelta(days=28 * months) <= again - done <= timedelta(days=31 * months)


@given(PERIODS, DAYS)
def test_what_was_never_done_is_due_within_three_months_and_never_later_than_its_period(
    text: str, begun: date
) -> None:
    first = cadence.first_due(text, begun)
    again = cadence.next_due(text, begun)
    assert first is not None
    assert again is not None
    assert begun < first <= min(again, begun + timedelta(days=92))


def test_every_cadence_of_the_content_is_told_in_words() -> None:
    told = {duty.cadence: cadence.told(duty.cadence) for one in obligations().values() for duty in one.duties}
    assert told["P6M"] == "every 6 months"
    assert told["P1Y"] == "every year"
    assert told["fixed_date:04-15"] == "each year by 04-15 (month and day)"
    assert not [text for text, words in told.items() if text == words and text != "once"]
