"""A list as a file holds the same rows as the page, harms no spreadsheet, and costs no memory."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from duecare.web import exports
from tests.web.sample import FINDINGS, NOW, Finding


def _text(table: str, query: str) -> str:
    asked = FINDINGS.read(QueryDict(query), Finding)
    response = exports.stream(FINDINGS, Finding.objects.using(table), asked)
    return b"".join(response).decode()  # type: ignore[arg-type]


def test_csv_and_json_hold_all_rows_that_the_filters_pass_in_the_order_asked(
    table: str, rows: list[Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 7)
    expected = sorted((row for row in rows if row.state == "open"), key=lambda row: (row.title, row.id))
    table_rows = list(
        csv.reader(io.StringIO(_text(table, "format=csv&state=open&sort=title").removeprefix("\ufeff")))
    )
    assert table_rows[0] == ["Finding", "State", "Host", "Severity", "Opened", "Due"]
    assert [row[0] for row in table_rows[1:]] == [row.title for row in expected]
    records = json.loads(_text(table, "format=json&state=open&sort=title"))
    assert records["list"] == "findings"
    assert records["filters"] == {"state": "open"}
    assert [record["opened"] for record in records["rows"]] == [
        row.opened.isoformat().replace("+00:00", "Z") for row in expected
    ]
    assert [record["severity"] for record in records["rows"]] == [row.severity for row in expected]
    assert {record["due"] for record in records["rows"]} >= {None}


def test_an_empty_list_is_a_whole_file(table: str) -> None:
    assert json.loads(_text(table, "format=json&q=x"))["rows"] == []
    assert len(_text(table, "format=csv").splitlines()) == 1


def test_the_answer_is_a_download_named_after_the_list(table: str) -> None:
    asked = FINDINGS.read(QueryDict("format=csv"), Finding)
    response = exports.stream(FINDINGS, Finding.objects.using(table), asked)
    assert response["Content-Disposition"] == 'attachment; filename="findings.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"


@given(st.text(st.sampled_from("=+-@\t\r\n＝＠'\"a1 ,;")) | st.integers() | st.none())
def test_no_cell_starts_as_a_formula_and_none_loses_its_text(value: str | int | None) -> None:
    text = exports.cell(value)
    assert not text.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert text.removeprefix("'") == ("" if value is None else str(value)).removeprefix("'")


def test_a_formula_in_a_row_arrives_quoted_in_the_csv_and_as_it_is_in_the_json(table: str) -> None:
    evil = '=HYPERLINK("https://evil.example","x")'
    row = Finding(id="e", title=evil, host="@h", state="open", severity=-1, opened=NOW)
    row.save(using=table)
    try:
        cells = list(csv.reader(io.StringIO(_text(table, "format=csv"))))[1]
        assert cells[:4] == [f"'{evil}", "open", "'@h", "'-1"]
        assert json.loads(_text(table, "format=json"))["rows"][0]["title"] == evil
    finally:
        row.delete(using=table)


def test_moments_are_exported_in_utc_whatever_their_zone() -> None:
    moment = datetime.fromisoformat("2026-11-23T15:17:00.250000+01:00")
    assert exports.plain(moment) == "2026-11-23T14:17:00.250000Z"
    assert exports.plain(datetime(2026, 1, 1, tzinfo=UTC).date()) == "2026-01-01"


def test_a_list_ten_times_as_long_is_streamed_in_the_same_memory(table: str) -> None:
    def peak(count: int) -> int:
        Finding.objects.using(table).bulk_create(
            Finding(
                id=f"{place:06d}",
                title="t" * 90,
                host="h",
                state="open",
                severity=1,
                opened=NOW - timedelta(seconds=place),
            )
            for place in range(count)
        )
        asked = FINDINGS.read(QueryDict("format=csv"), Finding)
        response = exports.stream(FINDINGS, Finding.objects.using(table), asked)
        tracemalloc.start()
        try:
            lines = sum(piece.count(b"\n") for piece in response)  # type: ignore[union-attr,misc]
            assert lines == count + 1
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            Finding.objects.using(table).all().delete()

    assert peak(10_000) < 1.2 * peak(1_000)
