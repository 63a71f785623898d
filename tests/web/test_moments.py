"""Moments in words that are never further off than one unit."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from duecare.web.moments import exact, relative, relative_day
from tests.web.sample import NOW

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


@given(st.timedeltas(timedelta(days=-30, hours=23), timedelta(days=30, hours=23)))
def test_a_distance_in_words_is_right_to_its_unit(distance: timedelta) -> None:
    words = relative(NOW + distance, NOW)
    if found := re.fullmatch(r"(in )?(\d+) (minute|hour|day)(s?)( ago)?", words):
        ahead, count, unit, plural, behind = found.groups()
        assert bool(ahead) == (distance > timedelta(0)) != bool(behind)
        assert bool(plural) == (count != "1")
        assert int(count) * UNITS[unit] <= abs(distance) < (int(count) + 1) * UNITS[unit]
    else:
        assert words == ("in a moment" if distance > timedelta(0) else "just now")
        assert abs(distance) < timedelta(minutes=1)


def test_beyond_a_month_the_date_is_given() -> None:
    assert relative(NOW - timedelta(days=31), NOW) == "23 Oct 2026"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 23), "today"),
        (date(2026, 11, 24), "tomorrow"),
        (date(2026, 11, 22), "yesterday"),
        (date(2026, 11, 26), "Thu 26 Nov"),
        (date(2027, 1, 31), "31 Jan 2027"),
    ],
)
def test_a_day_is_told_beside_today(day: date, words: str) -> None:
    assert relative_day(day, date(2026, 11, 23)) == words


def test_the_exact_moment_is_in_the_organisations_zone_and_names_it() -> None:
    with timezone.override("Europe/Berlin"):
        assert exact(NOW) == "23 November 2026, 15:17 CET"
