from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from duecare.errors import BadInput
from duecare.program.imports.fields import Field, Type
from duecare.program.imports.mapping import Manner, propose, read_rows, repeated
from duecare.program.imports.tables import Problem, Row, Table

FIELDS = (
    Field("login", "Sign-in name", required=True, heads=("mail", "user name")),
    Field("enabled", "Enabled", Type.YES_NO),
    Field("name", "Name", empty=""),
)


def table(head: list[str], *rows: list[str], problems: tuple[Problem, ...] = ()) -> Table:
    listed = tuple(Row(number, tuple(row)) for number, row in enumerate(rows, 2))
    return Table("xlsx", "List", 1, tuple(head), listed, problems, ())


def read(of: Table, columns: dict[str, tuple[int, ...]], **manner: Any) -> tuple[list[Any], list[Any]]:
    return read_rows(of, columns, FIELDS, Manner(UTC, **manner))


def test_columns_are_proposed_by_name_however_it_is_spelled() -> None:
    assert propose(["E", "USER_NAME", "enabled?"], FIELDS) == {"login": (1,), "enabled": (2,)}


def test_a_column_is_given_away_once() -> None:
    twice = (Field("a", "Name"), Field("b", "name", heads=("other",)))
    assert propose(["name", "other"], twice) == {"a": (0,), "b": (1,)}


def test_a_row_with_a_fault_wants_nothing_and_each_fault_names_its_cell() -> None:
    wanted, faults = read(
        table(["mail", "on"], ["a", "yes"], ["", "perhaps"], ["c", ""]), {"login": (0,), "enabled": (1,)}
    )
    assert [dict(one.values) for one in wanted] == [
        {"login": "a", "enabled": True},
        {"login": "c", "enabled": None},
    ]
    assert [(one.row, one.column, one.text) for one in faults] == [(3, 0, ""), (3, 1, "perhaps")]


def test_a_problem_of_a_cell_counts_only_where_its_column_is_wanted() -> None:
    broken = (Problem(2, 1, "it holds an error"), Problem(3, None, "too short"))
    of = table(["mail", "on"], ["a", ""], ["b", ""], problems=broken)
    wanted, faults = read(of, {"login": (0,)})
    assert [one.row for one in wanted] == [2]
    assert [one.reason for one in faults] == ["too short"]
    _wanted, faults = read(of, {"login": (0,), "enabled": (1,)})
    assert [one.reason for one in faults] == ["it holds an error", "too short"]


def test_two_columns_make_one_text_and_words_of_a_loader_are_taken_first() -> None:
    wanted, _faults = read(
        table(["mail", "first", "last", "state"], ["a", "Ada", "Example", "Suspended"]),
        {"login": (0,), "name": (1, 2), "enabled": (3,)},
        words={"enabled": {"suspended": "no"}},
    )
    assert wanted[0].values == {"login": "a", "name": "Ada Example", "enabled": False}


def test_a_mapping_that_cannot_be_is_refused() -> None:
    of = table(["mail"], ["a"])
    with pytest.raises(BadInput, match="No column is mapped to Sign-in name"):
        read(of, {"enabled": (0,)})
    with pytest.raises(BadInput, match="that is not there"):
        read(of, {"login": (7,)})


def test_heads_that_come_twice_are_told() -> None:
    assert list(repeated(["a", "b", "a", "", ""])) == ["a"]
