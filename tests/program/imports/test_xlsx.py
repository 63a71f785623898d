from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.program.imports import workbook as parts
from duecare.program.imports.reading import read_table
from duecare.program.imports.tables import Choice, Table
from duecare.program.imports.workbook import is_date
from tests.program.imports.files import book

CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.integers(-(10**12), 10**12),
    st.datetimes().filter(lambda at: 1901 <= at.year < 2200).map(lambda at: at.replace(microsecond=0)),
)


def read(data: bytes, sheet: str = "") -> Table:
    found = read_table(data, sheet)
    assert isinstance(found, Table)
    return found


def cells(table: Table) -> list[list[str]]:
    return [list(row.cells) for row in table.rows]


def refused(data: bytes, sheet: str = "") -> str:
    with pytest.raises(BadInput) as caught:
        read_table(data, sheet)
    assert caught.value.next_step
    return str(caught.value)


def written(write: Any, **options: Any) -> bytes:
    """A workbook that `write` makes, given the workbook and its first sheet."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, **options})
    write(workbook, workbook.add_worksheet("List"))
    workbook.close()
    return buffer.getvalue()


def mended(data: bytes, part: str, change: Any) -> bytes:
    """The same package with one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()) if name == part else content)
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat() if value.time() != datetime.min.time() else value.date().isoformat()
    return str(value)


@settings(max_examples=40)
@given(rows=st.lists(st.tuples(CELL, CELL), max_size=5))
def test_what_a_spreadsheet_writes_comes_back_whole(rows: list[tuple[Any, Any]]) -> None:
    filled = [row for row in rows if any(as_text(value).strip() for value in row)]
    table = read(book([("mail", "name"), *filled]))
    assert table.head == ("mail", "name")
    assert cells(table) == [[as_text(value) for value in row] for row in filled]
    assert not table.problems


def test_a_workbook_whose_elements_all_have_a_prefix_is_read_too() -> None:
    def prefixed(text: str) -> str:
        text = re.sub(r"<(/?)(\w)", r"<\1x:\2", text)
        return text.replace(" xmlns=", " xmlns:x=")

    data = mended(book([("mail", "name"), ("a", "b")]), SHEET, prefixed)
    data = mended(mended(data, "xl/sharedStrings.xml", prefixed), "xl/workbook.xml", prefixed)
    assert cells(read(data)) == [["a", "b"]]


@pytest.mark.parametrize(
    ("stored", "text"),
    [("0.00001", "0.00001"), ("1E-05", "0.00001"), ("2.5E-7", "0.00000025"), ("1E+16", "1" + "0" * 16),
     ("1.5E3", "1500"), ("0.1", "0.1"), ("-3.25", "-3.25")],
)  # fmt: skip
def test_a_number_is_read_without_an_exponent(stored: str, text: str) -> None:
    def number(part: str) -> str:
        return part.replace("<v>7.125</v>", f"<v>{stored}</v>")

    assert cells(read(mended(book([("mail", "name"), ("a", 7.125)]), SHEET, number))) == [["a", text]]


@pytest.mark.parametrize("stored", ["nan", "inf", "1E999", "x"])
def test_a_number_that_is_none_is_damage(stored: str) -> None:
    def number(part: str) -> str:
        return part.replace("<v>7.125</v>", f"<v>{stored}</v>")

    with pytest.raises(BadInput, match="is marked as a number"):
        read(mended(book([("mail", "name"), ("a", 7.125)]), SHEET, number))


def test_dates_of_both_calendars_come_out_as_the_day_that_was_meant() -> None:
    def write(workbook: Any, sheet: Any) -> None:
        form = workbook.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["day", "time"])
        sheet.write_datetime(1, 0, date(2026, 3, 1), form)
        sheet.write_number(1, 1, 0.25, workbook.add_format({"num_format": "hh:mm"}))

    for since_1904 in (False, True):
        assert cells(read(written(write, date_1904=since_1904))) == [["2026-03-01", "06:00:00"]]


def test_number_formats_are_told_from_dates() -> None:
    assert is_date(14, None)
    assert not is_date(0, None)
    for written_so in ("yyyy-mm-dd", "d. mmm", "[h]:mm", "[$-407]dd/mm/yy"):
        assert is_date(164, written_so), written_so
    for written_so in ("0.00", "#,##0 [$USD]", '0 "days"', "0%", "General", "[Red]0", "0.00E+00", r"0\d"):
        assert not is_date(164, written_so), written_so


def test_of_a_formula_the_stored_value_counts_and_that_is_said() -> None:
    def write(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["mail", "seats"])
        sheet.write_string(1, 0, "a@clinic.example")
        sheet.write_formula(1, 1, "=1+1", None, 2)

    table = read(written(write))
    assert cells(table) == [["a@clinic.example", "2"]]
    assert table.notes == ("Formulas were not computed; their stored values were used: B2.",)


def test_a_formula_without_a_stored_value_is_a_problem_of_its_cell() -> None:
    def write(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["mail", "seats"])
        sheet.write_string(1, 0, "a")
        sheet.write_formula(1, 1, "=1+1", None, 2)

    data = mended(written(write), SHEET, lambda text: text.replace("<f>1+1</f><v>2</v>", "<f>1+1</f>"))
    table = read(data)
    (problem,) = table.problems
    assert table.place(problem.row, problem.column) == "row 2, column B “seats”"
    assert "value was not stored" in problem.reason


def test_an_error_in_a_cell_is_a_problem_and_no_text() -> None:
    def write(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["mail", "seats"])
        sheet.write_string(1, 0, "a")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")

    table = read(written(write))
    assert cells(table) == [["a", ""]]
    assert "#DIV/0!" in table.problems[0].reason


def test_merged_cells_are_named_and_what_they_hide_is_a_problem() -> None:
    def write(workbook: Any, sheet: Any) -> None:
        sheet.merge_range("A1:C1", "A title above", workbook.add_format())
        sheet.write_row(1, 0, ["mail", "team", "why"])
        sheet.write_row(2, 0, ["a", "", "x"])
        sheet.write_row(3, 0, ["b", "", "y"])
        sheet.merge_range("B3:B4", "Reception", workbook.add_format())

    table = read(written(write))
    assert table.head_row == 2
    assert cells(table)[0] == ["a", "Reception", "x"]
    assert [(one.row, one.column) for one in table.problems] == [(4, 1)]
    assert "B3:B4" in table.problems[0].reason
    assert table.notes == ("There are merged cells: B3:B4.",)


def test_a_hidden_sheet_is_never_read_by_itself() -> None:
    rows = [("mail", "name"), ("a", "b")]
    table = read(book(rows, others=[("Secret", True)]))
    assert cells(table) == [["a", "b"]]
    assert "Secret" in table.notes[0]
    choice = read_table(book(rows, others=[("Other", False), ("Secret", True)]))
    assert isinstance(choice, Choice)
    assert [(one.name, one.hidden) for one in choice.sheets] == [
        ("List", False),
        ("Other", False),
        ("Secret", True),
    ]
    assert read(book(rows, others=[("Secret", True)]), "Secret").head == ("other",)
    assert "There is no sheet “Lost”" in refused(book(rows), "Lost")


def test_hidden_rows_are_read_and_that_is_said() -> None:
    def write(_workbook: Any, sheet: Any) -> None:
        for number, row in enumerate([["mail", "name"], ["a", "b"], ["c", "d"]]):
            sheet.write_row(number, 0, row)
        sheet.set_row(2, None, None, {"hidden": True})

    table = read(written(write))
    assert len(table.rows) == 2
    assert table.notes == ("1 hidden rows were read too.",)


def test_a_cell_without_a_head_is_named() -> None:
    table = read(book([("mail", "name"), ("a", "b", "lost")]))
    assert "cell C2 has no head above it" in table.problems[0].reason


def test_what_lies_beyond_the_limits_is_named() -> None:
    def write(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["mail", "name"])
        sheet.write_string(4, 300, "far out")

    assert "Cell KO5 lies beyond" in refused(written(write))
    assert "Cell B2 has more than" in refused(book([("a", "b"), ("1", "x" * 10_001)]))


def test_a_million_empty_rows_cost_no_memory_and_are_no_rows() -> None:
    empty = "".join(f'<row r="{number}"><c r="A{number}" s="0"/></row>' for number in range(3, 100_003))
    data = mended(
        book([("mail", "name"), ("a", "b")]),
        SHEET,
        lambda text: text.replace("</sheetData>", empty + "</sheetData>"),
    )
    assert cells(read(data)) == [["a", "b"]]


def test_a_document_type_is_refused_before_any_entity_is_read() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    data = mended(book([("a", "b")]), SHEET, lambda text: text.replace("<worksheet", f"{bomb}<worksheet"))
    assert "document type" in refused(data)


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_UNPACKED", 1 << 20)
    monkeypatch.setattr(parts.Parts.__init__, "__defaults__", (1 << 20,))
    data = mended(
        book([("a", "b")]), SHEET, lambda text: text.replace("<sheetData>", "<sheetData>" + " " * (2 << 20))
    )
    assert len(data) < 100_000
    assert "unpacks to more than 1 MiB" in refused(data)


def test_damage_is_named_by_its_part() -> None:
    whole = book([("mail", "name"), ("a", "b")])
    assert "sheet1.xml of the workbook is damaged" in refused(mended(whole, SHEET, lambda text: text[:200]))
    cut = bytearray(whole)
    place = whole.index(b"xl/worksheets/sheet1.xml") + 60
    cut[place : place + 20] = b"\xff" * 20
    assert "cannot be unpacked" in refused(bytes(cut)) or "damaged" in refused(bytes(cut))
    assert "The workbook is damaged" in refused(whole[: len(whole) // 2])
    lost = mended(whole, SHEET, lambda text: text.replace("<v>3</v>", "<v>99</v>"))
    assert "Cell B2 names a text" in refused(lost)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old kind .xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (b"%PDF-1.7", "a PDF"),
        (b"<html><table>", "web page"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04 other/file.txt", "holds no workbook"),
        (b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument"),
        (b"PK\x03\x04 xl/workbook.bin", ".xlsb"),
        (b" \r\n", "is empty"),
    ],
)
def test_what_is_no_csv_or_xlsx_is_named_with_what_to_do_instead(data: bytes, words: str) -> None:
    assert words in refused(data)
