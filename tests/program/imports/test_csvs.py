from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.program.imports.csvs import read_csv
from duecare.program.imports.tables import MOST_COLUMNS, Table

CELL = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
HEAD = st.lists(
    st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=8), min_size=2, max_size=6
)


def cells(table: Table) -> list[list[str]]:
    return [list(row.cells) for row in table.rows]


def refused(data: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read_csv(data)
    assert caught.value.next_step
    return str(caught.value)


@given(
    data=st.data(),
    head=HEAD,
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_writes_comes_back_whole(
    data: st.DataObject, head: list[str], separator: str, encoding: str
) -> None:
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(head), max_size=len(head)), max_size=6))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator).writerows([head, *rows])
    table = read_csv(buffer.getvalue().encode(encoding))
    assert table.head == tuple(head)
    assert cells(table) == rows
    assert not table.problems


def test_semicolons_and_utf_16_are_told_by_the_file_itself() -> None:
    table = read_csv("mail;name\nä@clinic.example;Ämter, Öl\n".encode("utf-16"))
    assert table.head == ("mail", "name")
    assert cells(table) == [["ä@clinic.example", "Ämter, Öl"]]


def test_a_first_line_that_names_the_separator_is_no_head() -> None:
    table = read_csv(b"sep=;\na,x;b\n1;2\n")
    assert (table.head, table.head_row) == (("a,x", "b"), 2)


def test_a_quoted_separator_in_the_head_decides_nothing() -> None:
    assert read_csv(b'"a,b,c,d";e\n1;2\n').head == ("a,b,c,d", "e")


def test_windows_letters_are_read_and_the_guess_is_said() -> None:
    table = read_csv("mail,name\nx,Zoë\n".encode("cp1252"))
    assert cells(table) == [["x", "Zoë"]]
    assert "Windows-1252" in table.notes[0]


def test_a_quoted_line_break_moves_no_later_line() -> None:
    table = read_csv(b'mail,why\na,"one\ntwo"\nb\n')
    assert [row.number for row in table.rows] == [2, 4]
    assert table.place(table.problems[0].row, 0) == "line 4, column A “mail”"


@pytest.mark.parametrize(("line", "count"), [(b"a,b\n", 2), (b"a,b,c,d\n", 4)])
def test_a_line_of_another_length_is_named_and_not_mended(line: bytes, count: int) -> None:
    table = read_csv(b"mail,name,why\n" + line)
    assert table.problems[0].row == 2
    assert f"it has {count} cells and the head has 3" in table.problems[0].reason


def test_empty_cells_at_the_end_are_no_surplus() -> None:
    table = read_csv(b"mail,name,,\na,b,,\nc,d\n")
    assert cells(table) == [["a", "b"], ["c", "d"]]
    assert not table.problems


def test_titles_above_the_table_are_passed_over() -> None:
    table = read_csv(b"version:v1.0\n\nmail,name\na,b\n")
    assert (table.head_row, cells(table)) == (3, [["a", "b"]])


def test_a_list_of_one_column_is_a_list() -> None:
    table = read_csv(b"mail\na\nb\n")
    assert (table.head, cells(table)) == (("mail",), [["a"], ["b"]])


def test_what_cannot_be_read_is_named_by_its_line() -> None:
    assert "Line 2 holds a NUL character at place 3" in refused(b"a,b\n1,\x002\n")
    assert "begins on line 2" in refused(b'a,b\n1,"open\n3,4\n')
    assert "line 3 cannot be read" in refused(b"a,b\n\xe4,1\n\x81,2\n")
    assert "UTF-16 without the mark" in refused("a,b\n1,2\n".encode("utf-16-le"))
    assert "UTF-16-LE" in refused(b"\xff\xfe" + "a,b\n".encode("utf-16-le") + b"\x00\xd8")
    assert "holds nothing" in refused(b"\n\n , \n")
    assert "Line 2, column B has more than" in refused(b"a,b\n1," + b"x" * 10_001)
    assert "columns; at most" in refused(b",".join(b"c" for _ in range(MOST_COLUMNS + 1)))


def test_more_lines_than_are_taken_are_refused_with_the_first_over() -> None:
    assert "line 50,001 is the first over" in refused(b"a,b\n" + b"1,2\n" * 50_000)
