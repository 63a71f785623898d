"""A file of events: mixed zones, times that never were or were twice, and what cannot be used by its row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.incidents.timeline.isolated import read_isolated, read_lines
from duecare.incidents.timeline.rows import read_rows
from duecare.program.imports.tables import Table

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
MIXED = """happened,zone,words,kind,mark,techniques,observed
2026-10-24T23:00,,In Berlin,event,started,T1566.001,
2026-10-24T23:00-04:00,,With an offset,,,,
2026-10-24T23:00,America/New_York,In New York,action,,,2026-10-25T09:00
2026-10-25,,A whole day,note,,,
"""


def read(text: str) -> Table:
    found = read_isolated(text.encode())
    assert isinstance(found, Table)
    return found


def test_rows_of_several_zones_mean_what_they_say() -> None:
    rows, problems = read_rows(read(MIXED), "Europe/Berlin", NOW)
    assert problems == []
    told = [draft for _number, draft in rows]
    assert [one.happened.at.isoformat() for one in told[:3]] == [
        "2026-10-24T21:00:00+00:00",
        "2026-10-25T03:00:00+00:00",
        "2026-10-25T03:00:00+00:00",
    ]
    assert (told[0].mark, told[0].techniques, told[0].kind) == ("started", ("T1566.001",), "event")
    assert told[2].observed is not None
    assert told[2].observed.at.isoformat() == "2026-10-25T13:00:00+00:00"
    assert told[3].happened.whole_day


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-03-29T02:30,x", "onexistent local time"),
        ("2026-10-25T02:30,x", "Was it the first time"),
        ("yesterday,x", "is no time"),
        ("2026-11-29T00:00,x", "future"),
        ("2026-11-20T00:00,", "1 to 4,000 characters"),
        ("1970-01-01T00:00,x", "1990"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_the_question(row: str, said: str) -> None:
    table = read(f"happened,words\n2026-11-20T10:00,good\n{row}\n")
    rows, (problem,) = read_rows(table, "Europe/Berlin", NOW)
    assert len(rows) == 1
    assert problem.row == 3
    assert said in problem.reason


def test_a_file_without_its_columns_is_refused_and_says_how_they_are_called() -> None:
    with pytest.raises(BadInput, match="no column “words”") as caught:
        read_rows(read("time,host\n2026-11-20T10:00,web-1\n"), "UTC", NOW)
    assert "description" in caught.value.next_step


def test_lines_of_json_are_read_too_and_a_broken_one_is_named() -> None:
    lines = '{"time": "2026-11-20T10:00Z", "message": "<b>x</b>", "techniques": ["T1078", "T1566"]}\n'
    rows, problems = read_rows(read(lines * 2), "UTC", NOW)
    assert problems == []
    assert rows[1][1].words == "<b>x</b>"
    assert rows[1][1].techniques == ("T1078", "T1566")
    for wrong in ('{"a": 1, "a": 2}', "[1]", '{"a"', '{"a":' + "[" * 100_000):
        with pytest.raises(BadInput, match="Line 2"):
            read_lines(f'{{"a": 1}}\n{wrong}\n'.encode())


@given(st.text(max_size=40), st.text(max_size=60))
def test_whatever_stands_in_a_cell_is_an_entry_or_a_fault(time: str, words: str) -> None:
    table = Table("csv", "", 1, ("time", "words"), (), (), ())
    one = Table(**{**{n: getattr(table, n) for n in table.__slots__}, "rows": (_row(time, words),)})
    rows, problems = read_rows(one, "UTC", NOW)
    assert len(rows) + len(problems) == 1


def _row(*cells: str) -> object:
    from duecare.program.imports.tables import Row

    return Row(2, cells)
