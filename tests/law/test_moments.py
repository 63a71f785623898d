"""A time is read so that it can mean one instant only, or refused with the question to ask."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.law.moments import end_of_day, moment, start_of_day, tz

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Nuuk",
         "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Beirut", "+05:30")  # fmt: skip
instants = st.integers(0, 40 * 366 * 24 * 60).map(
    lambda minutes: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@pytest.mark.parametrize(
    ("written", "zone", "what", "question"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", "nonexistent local time", "2026-03-29T02:30+01:00 or"),
        ("2026-10-25T02:30", "Europe/Berlin", "ambiguous local time", "first time, 2026-10-25T02:30+02:00"),
        ("2026-11-01T01:15", "America/New_York", "ambiguous local time", "second, 2026-11-01T01:15-05:00"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "nonexistent local time", "+10:30"),
        ("2026-10-25T12:00", None, "offset or zone required", "Europe/Berlin"),
        ("2026-10-25", None, "offset or zone required", "Europe/Berlin"),
        ("2026-10-25T12:00", "Europe/Atlantis", "no zone 'Europe/Atlantis'", "America/New_York"),
        ("2026-10-25T12:00", "../../etc/passwd", "no zone", "America/New_York"),
        ("yesterday", "Europe/Berlin", "'yesterday' is no time", "2026-11-23T14:30"),
        ("2026-02-30", "Europe/Berlin", "is no time", "2026-11-23"),
        ("2026-W01-1", "Europe/Berlin", "is no time", "2026-11-23"),
        ("0001-01-01T00:00Z", None, "1990 to 2199", "year"),
    ],
)  # fmt: skip
def test_a_time_that_is_no_one_instant_is_refused_with_the_question(
    written: str, zone: str | None, what: str, question: str
) -> None:
    with pytest.raises(BadInput) as refused:
        moment(written, zone, "events, number 2")
    assert refused.value.what.startswith("events, number 2: ")
    assert what in refused.value.what
    assert question in refused.value.next_step


def test_an_offset_settles_the_hour_that_comes_twice_and_the_zone_stays() -> None:
    first, second = (
        moment(f"2026-10-25T02:30{offset}", "Europe/Berlin", "at") for offset in ("+02:00", "+01:00")
    )
    assert second.at - first.at == timedelta(hours=1)
    assert (first.zone, first.written()) == ("Europe/Berlin", "2026-10-25T02:30:00+02:00")


def test_a_day_is_a_day_of_its_zone() -> None:
    day = moment("2026-10-25", "Europe/Berlin", "at")
    assert (day.whole_day, day.day, day.written()) == (True, date(2026, 10, 25), "2026-10-25")
    assert day.last - day.at == timedelta(hours=25) - timedelta(microseconds=1)


@given(instants, st.sampled_from(ZONES))
def test_what_a_clock_showed_is_read_back_as_that_instant_or_refused(at: datetime, zone: str) -> None:
    shown = at.astimezone(tz(zone))
    assert moment(shown.isoformat(), zone, "at").at == at
    naive = shown.replace(tzinfo=None)
    twice = len({naive.replace(tzinfo=tz(zone), fold=fold).utcoffset() for fold in (0, 1)}) == 2
    if twice:
        with pytest.raises(BadInput, match="ambiguous"):
            moment(naive.isoformat(), zone, "at")
    else:
        assert moment(naive.isoformat(), zone, "at").at == at


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.sampled_from(ZONES))
def test_a_day_begins_and_ends_within_it_and_never_too_late(day: date, zone: str) -> None:
    """Also where midnight is skipped or comes twice, and where a whole day never was (Apia, 30 December
    2011)."""
    begin, end = start_of_day(day, zone), end_of_day(day, zone)
    assert begin < end or day == date(2011, 12, 30)
    after = (end + timedelta(microseconds=1)).astimezone(tz(zone)).date()
    assert end.astimezone(tz(zone)).date() <= day <= after
    assert begin.astimezone(tz(zone)).date() == day or day == date(2011, 12, 30)
    whole = moment(day.isoformat(), zone, "at")
    assert whole.day == day or day == date(2011, 12, 30)


def test_the_day_that_samoa_left_out_ends_before_it_would_have_begun() -> None:
    end = end_of_day(date(2011, 12, 30), "Pacific/Apia")
    assert end.astimezone(ZoneInfo("Pacific/Apia")).date() == date(2011, 12, 29)
