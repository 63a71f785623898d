"""The calendar text, read back by a reader of its own that knows only the RFC's rules."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from duecare.program.feeds import FOLD, Event, calendar

STAMPED = datetime(2026, 11, 23, 18, 0, 5, tzinfo=UTC)
texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=300)
events = st.builds(
    Event,
    uid=st.text("abcdefgh23456789-@.", min_size=1, max_size=90),
    day=st.dates(date(2000, 1, 1), date(2200, 12, 31)),
    title=texts,
    url=st.text("abc/:.?=&", max_size=200).map(lambda end: f"https://duecare.example/{end}"),
    words=texts,
)


def read(text: str) -> list[tuple[str, str]]:
    """The content lines of RFC 5545 3.1: unfolded, each split into name with parameters and value."""
    assert text.endswith("\r\n")
    unfolded = text.replace("\r\n ", "")
    return [(line.partition(":")[0], line.partition(":")[2]) for line in unfolded.split("\r\n")[:-1]]


def unescaped(value: str) -> str:
    """The text that a TEXT value (3.3.11) stands for."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value, flags=re.DOTALL)


def told(text: str) -> str:
    """What of a text a calendar can hold: no control characters but line breaks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", "", text)


@given(name=texts, wanted=st.lists(events, max_size=4))
def test_what_is_written_is_read_back_whole(name: str, wanted: list[Event]) -> None:
    lines = read(calendar(name, wanted, STAMPED))
    assert lines[0] == ("BEGIN", "VCALENDAR")
    assert lines[-1] == ("END", "VCALENDAR")
    assert unescaped(dict(lines)["NAME"]) == told(name)
    values = {key: [value for name, value in lines if name == key] for key in dict(lines)}
    assert values.get("UID", []) == [event.uid for event in wanted]
    assert [unescaped(value) for value in values.get("SUMMARY", [])] == [told(one.title) for one in wanted]
    assert [unescaped(value) for value in values.get("DESCRIPTION", [])] == [
        told(one.words) for one in wanted if one.words
    ]
    assert values.get("DTSTART;VALUE=DATE", []) == [f"{event.day:%Y%m%d}" for event in wanted]
    assert values.get("URL", []) == [event.url for event in wanted]


@given(name=texts, wanted=st.lists(events, max_size=3))
def test_no_line_is_longer_than_75_octets_and_none_ends_within_a_character(
    name: str, wanted: list[Event]
) -> None:
    for line in calendar(name, wanted, STAMPED).encode().split(b"\r\n"):
        assert len(line) <= FOLD
        line.decode()
        assert not re.search(rb"[\x00-\x1f]", line)


def test_a_title_cannot_bring_lines_of_its_own() -> None:
    title = "Patch\r\nEND:VEVENT\r\nBEGIN:VALARM; now, \\n"
    text = calendar("Duties", [Event("one", date(2027, 1, 2), title, "https://x.example/\r\nX:1")], STAMPED)
    names = [name for name, _value in read(text)]
    assert names.count("END") == names.count("BEGIN") == 2
    assert "X" not in names
    assert "SUMMARY:Patch\\nEND:VEVENT\\nBEGIN:VALARM\\; now\\, \\\\n" in text


def test_the_moment_of_writing_is_told_in_utc_and_the_rest_does_not_depend_on_it() -> None:
    event = Event("one", date(2027, 1, 2), "Patch", "https://x.example/")
    there = STAMPED.astimezone(timezone(timedelta(hours=5)))
    text = calendar("Duties", [event], there)
    assert "DTSTAMP:20261123T180005Z\r\n" in text
    later = calendar("Duties", [event], STAMPED + timedelta(days=1))
    assert [line for line in text.split("\r\n") if line not in later] == ["DTSTAMP:20261123T180005Z"]
