"""Each counting rule against an oracle that counts another way: step by step, as one does on the fingers.

The oracle knows its own weekends and asks its own tables of holidays: for the United States by the words of 5
USC 6103, for Japan, Brazil and the states of the Union by the package's dates, read as a plain list of days.
"""

from __future__ import annotations

from calendar import isleap
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.law.calendars import calendar
from duecare.law.counting import COUNTS, counted
from duecare.law.limits import Counted, Where, months_after
from duecare.law.moments import Moment, moment, start_of_day
from duecare.law.terms import Unit

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ZONES = ("Europe/Berlin", "Europe/Lisbon", "America/New_York", "America/Los_Angeles", "Asia/Kolkata",
         "Australia/Lord_Howe", "Asia/Tokyo", "UTC")  # fmt: skip
YEARS = range(2024, 2034)
instants = st.integers(0, 8 * 366 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
days = st.dates(date(2024, 1, 1), date(2031, 12, 31))
zones = st.sampled_from(ZONES)
TURNS = [datetime(2026, 3, 28, 20, 15, tzinfo=UTC), datetime(2026, 10, 25, 0, 0, tzinfo=UTC),
         datetime(2026, 10, 31, 23, 59, tzinfo=UTC), datetime(2028, 2, 28, 23, 30, tzinfo=UTC)]  # fmt: skip


def count(rule: str, amount: int, unit: Unit, start: Moment, place: str = "", **more: bool) -> Counted:
    return counted(rule, amount, unit, start, Where(place), **more)


def at(instant: datetime, zone: str) -> Moment:
    return Moment(instant, zone)


def whole(day: date, zone: str = "Europe/Berlin") -> Moment:
    return Moment(start_of_day(day, zone), zone, whole_day=True)


def strict_day(found: Counted) -> date:
    assert found.strict
    assert found.strict.day
    return found.strict.day


def latest_day(found: Counted) -> date:
    assert found.latest
    assert found.latest.day
    return found.latest.day


# Hours


@given(instants, zones, st.sampled_from(["EU_HOURS", "ELAPSED_HOURS", "DORA_RTS"]), st.integers(1, 90))
@example(TURNS[0], "Europe/Berlin", "EU_HOURS", 72)
@example(TURNS[1], "Europe/Berlin", "EU_HOURS", 24)
@example(TURNS[2], "America/New_York", "ELAPSED_HOURS", 72)
def test_hours_are_counted_one_by_one_whatever_the_clocks_on_the_wall_do(
    instant: datetime, zone: str, rule: str, amount: int
) -> None:
    ticks = instant
    for _hour in range(amount):
        ticks += HOUR
    found = count(rule, amount, Unit.HOURS, at(instant, zone))
    assert found.strict
    assert found.latest
    assert found.strict.at == ticks
    if rule == "ELAPSED_HOURS":
        assert found.latest.at == ticks
        return
    # Minute by minute to the first full hour on the wall after the event.
    full = instant + timedelta(minutes=1)
    while full.astimezone(ZoneInfo(zone)).minute:
        full += timedelta(minutes=1)
    if (
        zone != "Australia/Lord_Howe"
    ):  # there clocks move by half an hour, and a full hour may come after 30 minutes
        assert found.latest.at == full + amount * HOUR
    assert timedelta(0) < found.latest.at - found.strict.at <= HOUR


@given(instants, zones, zones, st.sampled_from(["EU_HOURS", "ELAPSED_HOURS"]))
def test_the_same_instant_gives_the_same_limit_in_hours_in_every_zone(
    instant: datetime, here: str, there: str, rule: str
) -> None:
    limits = {
        found.at for zone in (here, there) if (found := count(rule, 72, Unit.HOURS, at(instant, zone)).strict)
    }
    assert limits == {instant + 72 * HOUR}


# Days and months


@given(days, st.integers(1, 120), st.sampled_from(["CAL_DAYS_EXCL", "EU_DAYS_MONTHS"]))
@example(date(2027, 12, 31), 60, "CAL_DAYS_EXCL")
@example(date(2026, 12, 31), 60, "CAL_DAYS_EXCL")
def test_calendar_days_are_ticked_off_on_the_wall(day: date, amount: int, rule: str) -> None:
    last = day
    for _tick in range(amount):
        last = last + DAY
    found = count(rule, amount, Unit.CALENDAR_DAYS, whole(day))
    assert strict_day(found) == last
    assert latest_day(found) == last, "nothing rolls without a state whose holidays count"


@given(days, st.integers(1, 14))
@example(date(2026, 1, 31), 1)
@example(date(2028, 1, 31), 1)
@example(date(2028, 2, 29), 12)
def test_months_end_on_the_day_of_the_same_number_or_the_last_of_the_month(day: date, months: int) -> None:
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    year, month = day.year, day.month
    for _step in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    length = 29 if month == 2 and isleap(year) else lengths[month - 1]
    assert months_after(day, months) == date(year, month, min(day.day, length))


def test_months_are_counted_from_the_anchor_and_not_one_after_another() -> None:
    start = date(2026, 1, 31)
    assert months_after(months_after(start, 1), 1) == date(2026, 3, 28)
    assert months_after(start, 2) == date(2026, 3, 31)


# Days of rest


def union(state: str) -> set[date]:
    return set(holidays.country_holidays(state, years=YEARS))


REST = {state: union(state) for state in ("DE", "IT", "PT", "BE", "SE", "JP", "BR")}


def rests(day: date, state: str) -> bool:
    return day.isoweekday() >= 6 or day in REST[state]


@given(days, st.integers(1, 40), st.sampled_from(["DE", "IT", "PT", "BE", "SE"]))
@example(date(2026, 3, 25), 31, "IT")
@example(date(2026, 12, 11), 14, "DE")
@example(date(2026, 4, 2), 2, "DE")
def test_a_limit_in_days_rolls_to_the_next_working_day_of_the_state(
    day: date, amount: int, state: str
) -> None:
    found = count("EU_DAYS_MONTHS", amount, Unit.CALENDAR_DAYS, whole(day), state)
    last = day + amount * DAY
    assert strict_day(found) == last, "the limit that is enforced never rolls"
    while rests(last, state):
        last += DAY
    while amount >= 2 and sum(not rests(day + n * DAY, state) for n in range(1, (last - day).days + 1)) < 2:
        last += DAY
    assert latest_day(found) == last
    assert state in found.calendar
    assert holidays.__version__ in found.calendar  # type: ignore[attr-defined]


@given(instants, st.sampled_from([4, 24, 72]), st.sampled_from(["DE", "BE", "PT"]))
def test_dora_gives_noon_of_the_next_working_day_after_a_day_of_rest_and_else_nothing(
    instant: datetime, amount: int, state: str
) -> None:
    zone = ZoneInfo("Europe/Brussels")
    found = count("DORA_RTS", amount, Unit.HOURS, at(instant, zone.key), state)
    last = (instant + amount * HOUR).astimezone(zone).date()
    if not rests(last, state):
        assert found.may_submit_by is None
        return
    while rests(last, state):
        last += DAY
    assert found.may_submit_by
    assert found.may_submit_by.at.astimezone(zone) == datetime.combine(last, time(12), zone)


def test_a_state_that_is_not_known_gives_no_more_time() -> None:
    saturday = whole(date(2026, 1, 31))
    for place in ("", "US", "GB"):
        for rule in ("EU_DAYS_MONTHS", "DORA_RTS"):
            found = count(rule, 1, Unit.MONTHS, saturday, place)
            assert (strict_day(found), latest_day(found)) == (date(2026, 2, 28), date(2026, 2, 28))
            assert found.may_submit_by is None


# Business days


def nth(year: int, month: int, weekday: int, number: int) -> date:
    """The first, second ... such weekday of a month; -1 for the last."""
    found = [
        each
        for number_of_day in range(31)
        if (each := date(year, month, 1) + number_of_day * DAY).month == month
        and each.isoweekday() == weekday
    ]
    return found[number - 1 if number > 0 else number]


def federal(year: int) -> set[date]:
    """5 USC 6103(a): the federal holidays, and (b): Friday for a Saturday, Monday for a Sunday."""
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25),
             date(year + 1, 1, 1)]  # fmt: skip
    shifted = {day + {6: -1, 7: 1}.get(day.isoweekday(), 0) * DAY for day in fixed}
    return shifted | {
        nth(year, 1, 1, 3), nth(year, 2, 1, 3), nth(year, 5, 1, -1), nth(year, 9, 1, 1), nth(year, 10, 1, 2),
        nth(year, 11, 4, 4),
    }  # fmt: skip


FEDERAL = {day for year in (*YEARS, 2023) for day in federal(year)}


@given(days, st.integers(1, 12))
@example(date(2026, 11, 20), 4)
@example(date(2026, 11, 21), 4)
@example(date(2027, 12, 30), 4)  # New Year's Day on a Saturday: kept on Friday 31 December
@example(date(2026, 7, 3), 4)
def test_the_days_of_the_sec_are_those_of_the_federal_statute(day: date, amount: int) -> None:
    left, last = amount, day - DAY
    started = False
    while left:
        last += DAY
        open_ = last.isoweekday() < 6 and last not in FEDERAL
        if open_ and (last > day):
            left -= 1
        started = started or open_
    found = count("SEC_BUSINESS_DAYS", amount, Unit.BUSINESS_DAYS, whole(day, "America/New_York"))
    assert strict_day(found) == last
    assert found.strict
    assert found.strict.at == datetime.combine(last, time(17, 30), ZoneInfo("America/New_York"))


def test_a_determination_elsewhere_is_dated_in_new_york() -> None:
    """Saturday morning in Tokyo is still Friday in New York."""
    tokyo = moment("2026-11-21T08:00", "Asia/Tokyo", "at")
    found = count("SEC_BUSINESS_DAYS", 4, Unit.BUSINESS_DAYS, tokyo)
    assert strict_day(found) == date(2026, 11, 27)
    assert "2026-11-20" in found.how[0]


@given(days, st.integers(1, 30))
def test_business_days_of_brazil_are_ticked_off_without_its_national_holidays(day: date, amount: int) -> None:
    left, last = amount, day
    while left:
        last += DAY
        left -= not rests(last, "BR")
    assert strict_day(count("BR_BUSINESS_DAYS", amount, Unit.BUSINESS_DAYS, whole(day), "DE")) == last


@given(days, st.sampled_from([30, 60]))
@example(date(2026, 11, 30), 30)
@example(date(2027, 12, 5), 30)
def test_in_japan_the_day_of_knowledge_is_day_one_and_the_turn_of_the_year_is_closed(
    day: date, amount: int
) -> None:
    last, number = day, 1
    while number < amount:
        last += DAY
        number += 1
    assert strict_day(count("JP_PPC_DAYS", amount, Unit.CALENDAR_DAYS, whole(day), soft=True)) == last
    closed = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
    while rests(last, "JP") or (last.month, last.day) in closed:
        last += DAY
    assert strict_day(count("JP_PPC_DAYS", amount, Unit.CALENDAR_DAYS, whole(day))) == last


def test_substitutes_and_states_of_a_country_count_where_the_law_names_the_place() -> None:
    friday = whole(date(2026, 12, 18), "Australia/Sydney")
    sydney = count("BUSINESS_DAYS_LOCAL", 10, Unit.BUSINESS_DAYS, friday, "AU-NSW")
    assert strict_day(sydney) == date(2027, 1, 6)
    assert calendar("FR-75").source.startswith("FR,"), "of what it does not tell apart, the country's days"
    assert "2026-12-28 (Boxing Day (observed))" in " ".join(sydney.how)
    assert calendar("US-CA").rests(date(2026, 11, 27))
    assert not calendar("US").rests(date(2026, 11, 27))


def test_a_holiday_is_named_the_same_whatever_language_the_machine_speaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    assert calendar("DE").rests(date(2039, 10, 3)) == "German Unity Day"


def test_closures_entered_by_hand_move_a_limit_and_are_cited() -> None:
    """President Carter's day of mourning, Thursday 9 January 2025, for which no calendar is made in
    advance."""
    closures = {"US": frozenset({date(2025, 1, 9)})}
    start = whole(date(2025, 1, 6), "America/New_York")
    plain = counted("SEC_BUSINESS_DAYS", 4, Unit.BUSINESS_DAYS, start, Where())
    moved = counted("SEC_BUSINESS_DAYS", 4, Unit.BUSINESS_DAYS, start, Where("", closures))
    assert (strict_day(plain), strict_day(moved)) == (date(2025, 1, 10), date(2025, 1, 13))
    assert moved.calendar.endswith("1 closed by hand")
    assert "2025-01-09 (closed, as entered by hand)" in " ".join(moved.how)
    assert calendar("US-CA", closures).rests(date(2025, 1, 9)), (
        "what its country closed is closed in the state"
    )


def test_what_cannot_be_counted_is_refused_with_what_to_do() -> None:
    day = whole(date(2026, 1, 1))
    with pytest.raises(BadInput, match="no calendar of public holidays for 'XX'"):
        count("BUSINESS_DAYS_LOCAL", 5, Unit.BUSINESS_DAYS, day, "XX")
    with pytest.raises(BadInput, match="need a place"):
        count("BUSINESS_DAYS_LOCAL", 5, Unit.BUSINESS_DAYS, day)
    with pytest.raises(BadInput, match="does not count in 'months'"):
        count("EU_HOURS", 5, Unit.MONTHS, day)
    forever = {"US": frozenset(date(2026, 1, 1) + n * DAY for n in range(400))}
    with pytest.raises(BadInput, match="no working day"):
        counted("SEC_BUSINESS_DAYS", 4, Unit.BUSINESS_DAYS, day, Where("", forever))


# All rules


KINDS = [(rule, unit) for rule, units in COUNTS.items() for unit in units]


@given(st.sampled_from(KINDS), instants, instants, st.integers(1, 60))
def test_a_later_event_never_ends_earlier_and_the_strict_limit_is_never_after_the_latest(
    kind: tuple[str, Unit], one: datetime, other: datetime, amount: int
) -> None:
    rule, unit = kind
    early, late = (
        count(rule, amount, unit, at(each, "Europe/Berlin"), "DE") for each in sorted((one, other))
    )
    for found in (early, late):
        assert (found.strict is None) == (unit is Unit.UNDELAYED)
        assert found.how
        assert not found.strict or (found.latest and found.strict.at <= found.latest.at)
    for name in ("strict", "latest", "target"):
        before, after = getattr(early, name), getattr(late, name)
        assert before is after is None or before.at <= after.at
