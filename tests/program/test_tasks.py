"""When a task comes again, against a calendar that is walked day by day; and how near a day is."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.program.tasks import MONTHS, WEEK, Band, band, day_kept, next_due

DAY = timedelta(days=1)
days = st.dates(date(2023, 1, 1), date(2105, 12, 31))
repeats = st.sampled_from(["weekly", *MONTHS])


def walked(first: date, repeats: str, after: date) -> date:
    """The oracle: the first day after `after` and `first` that belongs to the series of `first`."""
    day = max(first, after)
    while True:
        day += DAY
        if repeats == "weekly":
            if (day - first).days % 7 == 0:
                return day
            continue
        months = (day.year - first.year) * 12 + day.month - first.month
        if months % MONTHS[repeats] == 0 and day.day == min(first.day, monthrange(day.year, day.month)[1]):
            return day


@given(first=days, repeats=repeats, waits=st.lists(st.integers(-40, 900), min_size=1, max_size=6))
def test_a_series_keeps_to_the_days_of_its_first_however_early_or_late_each_task_ends(
    first: date, repeats: str, waits: list[int]
) -> None:
    dues = [first]
    for wait in waits:
        ended = dues[0] + timedelta(days=wait)
        following = next_due(dues[0], repeats, ended, day_kept(dues))
        assert following == walked(first, repeats, max(dues[0], ended))
        dues.insert(0, following)


@pytest.mark.parametrize(
    ("repeats", "series"),
    [
        ("weekly", ["2026-12-28", "2027-01-04", "2027-01-11"]),
        ("monthly", ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        ("monthly", ["2028-01-30", "2028-02-29", "2028-03-30"]),
        ("quarterly", ["2026-08-31", "2026-11-30", "2027-02-28", "2027-05-31"]),
        ("yearly", ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        ("yearly", ["2027-02-28", "2028-02-28"]),
    ],
)
def test_days_that_a_month_does_not_have_are_its_last_and_the_first_day_comes_back(
    repeats: str, series: list[str]
) -> None:
    dues = [date.fromisoformat(series[0])]
    for text in series[1:]:
        dues.insert(0, next_due(dues[0], repeats, dues[0], day_kept(dues)))
        assert dues[0] == date.fromisoformat(text)


def test_what_is_done_early_or_on_its_day_is_followed_by_the_regular_day() -> None:
    due = date(2027, 3, 15)
    for ended in (date(2026, 1, 1), date(2027, 3, 14), due, date(2027, 4, 14)):
        assert next_due(due, "monthly", ended, 15) == date(2027, 4, 15)


def test_what_was_missed_does_not_pile_up() -> None:
    assert next_due(date(2027, 1, 4), "weekly", date(2027, 1, 25), 4) == date(2027, 2, 1)
    assert next_due(date(2027, 1, 15), "monthly", date(2027, 4, 15), 15) == date(2027, 5, 15)


def test_a_series_that_was_moved_keeps_to_its_new_day() -> None:
    moved = [date(2027, 3, 10), date(2027, 2, 28), date(2027, 1, 31)]
    assert day_kept(moved) == 10
    assert day_kept([date(2027, 2, 28), date(2027, 1, 15)]) == 28


@pytest.mark.parametrize("repeats", ["", "daily", "Weekly"])
def test_what_does_not_repeat_has_no_next_day(repeats: str) -> None:
    with pytest.raises(ValueError, match="cannot repeat"):
        next_due(date(2027, 1, 1), repeats, date(2027, 1, 1), 1)


@given(today=days, distance=st.integers(-500, 500))
def test_a_task_is_late_from_the_day_after_and_soon_for_seven_days(today: date, distance: int) -> None:
    found = band(today + timedelta(days=distance), today)
    assert found is (Band.LATE if distance < 0 else Band.SOON if distance < WEEK.days else Band.LATER)
    assert band(None, today) is Band.LATER
