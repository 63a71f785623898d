from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.program.imports.fields import Field, Order, Reading, Type, order_of, value_of

BERLIN = ZoneInfo("Europe/Berlin")
HERE = Reading(UTC)


def value(type: Type, text: str, reading: Reading = HERE, **said: Any) -> Any:
    return value_of(Field("x", "X", type, **said), text, reading)


def refused(type: Type, text: str, reading: Reading = HERE, **said: Any) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  (its words are looked at)
        value(type, text, reading, **said)
    return str(caught.value)


@given(st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_in_any_of_the_usual_forms_is_that_moment(at: datetime) -> None:
    at = at.replace(microsecond=0)
    for text, order in (
        (at.isoformat(), None),
        (f"{at:%Y-%m-%dT%H:%M:%S}.1234567Z", None),
        (f"{at:%Y/%m/%d %H:%M:%S}", None),
        (f"{at:%d.%m.%Y %H:%M:%S}", None),
        (f"{at.month}/{at.day}/{at.year} {at:%I:%M:%S %p}", Order.MONTH),
        (f"{at.day}/{at.month}/{at.year} {at:%H:%M:%S}", Order.DAY),
    ):
        assert value(Type.MOMENT, text, Reading(UTC, order)) == at, text


def test_a_time_without_a_zone_is_in_the_zone_that_is_meant() -> None:
    at = value(Type.MOMENT, "2026-07-01 09:00", Reading(BERLIN))
    assert at == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert value(Type.MOMENT, "2026-07-01 09:00 +02:00") == at
    assert value(Type.MOMENT, "2026-07-01T09:00:00-0300") == datetime(
        2026, 7, 1, 9, tzinfo=timezone(timedelta(hours=-3))
    )
    assert value(Type.DAY, "2026-06-30T23:30:00Z", Reading(BERLIN)) == date(2026, 7, 1)


def test_a_day_that_does_not_show_its_month_is_never_guessed() -> None:
    assert "which number is the month" in refused(Type.DAY, "3/4/2026")
    assert value(Type.DAY, "3/4/2026", Reading(UTC, Order.MONTH)) == date(2026, 3, 4)
    assert value(Type.DAY, "3/4/2026", Reading(UTC, Order.DAY)) == date(2026, 4, 3)
    assert value(Type.DAY, "3/14/2026") == date(2026, 3, 14)
    assert value(Type.DAY, "4/4/2026") == date(2026, 4, 4)


def test_a_column_shows_its_order_only_if_no_cell_says_otherwise() -> None:
    assert order_of(["3/4/2026", "3/14/2026"]) is Order.MONTH
    assert order_of(["3/4/2026", "14/3/2026"]) is Order.DAY
    assert order_of(["3/14/2026", "14/3/2026"]) is None
    assert order_of(["3/4/2026", "14.3.2026", "x", ""]) is None


@pytest.mark.parametrize(
    "text", ["2026-02-30", "13/13/2026", "1850-01-01", "soon", "2026-03", "20260301", "1/2/26"]
)
def test_what_is_no_day_is_no_day(text: str) -> None:
    assert refused(Type.DAY, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [("TRUE", True), ("wahr", True), ("Yes", True), ("1", True), ("FALSCH", False), ("off", False)],
)
def test_yes_and_no_in_the_words_of_several_languages(text: str, said: bool) -> None:
    assert value(Type.YES_NO, text) is said


def test_what_is_not_told_is_unknown_and_never_no() -> None:
    for text in ("", "  ", "unknown", "n/a", "-"):
        assert value(Type.YES_NO, text) is None
        assert value(Type.MOMENT, text) is None
    assert "neither yes nor no" in refused(Type.YES_NO, "perhaps")
    assert "must not be" in refused(Type.TEXT, " ", required=True)


def test_a_choice_is_one_of_those_that_there_are() -> None:
    said = {"choices": ("person", "guest"), "words": {"member": "person"}}
    assert value(Type.CHOICE, "Guest", **said) == "guest"
    assert value(Type.CHOICE, "Member", **said) == "person"
    assert "none of person, guest" in refused(Type.CHOICE, "robot", **said)


def test_numbers_lists_and_texts() -> None:
    assert value(Type.NUMBER, "443") == 443
    assert "whole number" in refused(Type.NUMBER, "4.5")
    assert "whole number" in refused(Type.NUMBER, "99999999999")
    assert value(Type.LIST, "a, b;c|a") == ["a", "b", "c"]
    assert value(Type.LIST, '["fido2","sms"]') == ["fido2", "sms"]
    assert "characters" in refused(Type.TEXT, "x" * 201)
    assert value(Type.TEXT, "e\u0301") == "é"


def test_what_our_own_csv_quotes_is_unquoted() -> None:
    assert value(Type.TEXT, "'=1+1") == "=1+1"
    assert value(Type.TEXT, "'s Graven") == "'s Graven"
