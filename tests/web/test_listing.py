"""A list shows what its address asks for, refuses what it does not understand, and costs one query."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from django.db import connections
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from duecare.errors import BadInput
from duecare.web.listing import Empty, Filter, Listing, Page
from tests.web.sample import FINDINGS, Finding


def _page(table: str, query: str = "") -> Page:
    asked = FINDINGS.read(QueryDict(query.removeprefix("?")), Finding)
    return FINDINGS.page(Finding.objects.using(table), asked)


def _titles(page: Page) -> list[str]:
    return [row[0].url for row in page.rows]


def test_pages_follow_one_another_and_lead_back(table: str, rows: list[Finding]) -> None:
    first = _page(table)
    assert not first.previous_url
    second = _page(table, first.next_url)
    third = _page(table, second.next_url)
    fourth = _page(table, third.next_url)
    assert not fourth.next_url
    shown = [url for page in (first, second, third, fourth) for url in _titles(page)]
    assert shown == [f"/findings/{row.id}/" for row in rows]
    assert _titles(_page(table, second.previous_url)) == _titles(first)


def test_a_page_is_one_query_of_one_row_more_than_it_shows(table: str, rows: list[Finding]) -> None:
    asked = FINDINGS.read(QueryDict("q=security&state=open&sort=-due"), Finding)
    with CaptureQueriesContext(connections[table]) as seen:
        FINDINGS.page(Finding.objects.using(table), asked)
    assert len(seen) == 1
    assert "LIMIT 13" in seen[0]["sql"]


@pytest.mark.parametrize(
    ("query", "keeps"),
    [
        ("state=closed", lambda row: row.state == "closed"),
        ("host=web-3", lambda row: row.host.startswith("web-3")),
        ("q=RESTORE+web-1", lambda row: "restore" in row.title and "web-1" in row.host),
        ("since=2026-11-20", lambda row: row.opened >= datetime(2026, 11, 20, tzinfo=UTC)),
        ("until=2026-11-25", lambda row: row.due is not None and row.due <= date(2026, 11, 25)),
        ("state=&q=&host=", lambda row: True),
    ],
)
def test_filters_and_search_keep_just_the_rows_that_pass(
    query, keeps, table: str, rows: list[Finding]
) -> None:  # type: ignore[no-untyped-def]
    found, page = [], _page(table, query)
    while True:
        found += _titles(page)
        if not page.next_url:
            break
        page = _page(table, page.next_url)
    assert found == [f"/findings/{row.id}/" for row in rows if keeps(row)]
    assert found


def test_a_day_begins_at_midnight_of_the_organisations_zone(table: str) -> None:
    just_after = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    row = Finding(id="n", title="t", host="h", state="open", severity=1, opened=just_after)
    row.save(using=table)
    try:
        with timezone.override("Europe/Dublin"):
            assert _titles(_page(table, "since=2026-06-02"))
        with timezone.override("UTC"):
            assert not _titles(_page(table, "since=2026-06-02"))
    finally:
        row.delete(using=table)


def test_a_column_sorts_both_ways_and_says_so(table: str, rows: list[Finding]) -> None:
    page = _page(table, "sort=severity")
    head = page.heads[3]
    assert head.sorted == "ascending"
    assert parse_qs(head.url[1:])["sort"] == ["-severity"]
    assert [row[3].value for row in page.rows] == sorted(row.severity for row in rows)[:12]
    assert [head.sorted for head in _page(table).heads] == ["", "", "", "", "descending", ""]


def test_links_keep_filters_search_sort_and_the_past_day(table: str, rows: list[Finding]) -> None:
    query = "state=open&q=e&sort=-due&as_of=2026-06-01"
    page = _page(table, query)
    for url in (page.next_url, page.csv_url, page.json_url, page.first_url):
        kept = parse_qs(url[1:])
        assert {key: kept[key] for key in ("state", "q", "sort", "as_of")} == parse_qs(query)
    assert parse_qs(page.plain_url[1:]) == {"sort": ["-due"], "as_of": ["2026-06-01"]}
    assert parse_qs(page.heads[0].url[1:]) == {**parse_qs(query), "sort": ["title"]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("sate=open", "“sate”"),
        ("state=open&state=closed", "“state”"),
        ("state=ajar", "“ajar”.*“state”.*open, closed"),
        ("since=yesterday", "“yesterday”.*“since”.*2026-03-01"),
        ("since=0001-01-01", "“since”"),
        ("until=2026-02-30", "“until”"),
        ("q=" + "x" * 201, "“q”.*200"),
        ("q=a%00b", "“q”"),
        ("sort=host__secret", "“host__secret”.*title, state"),
        ("sort=--host", "“--host”"),
        ("format=xlsx", "“xlsx”.*csv or json"),
        ("after=x", "after or before"),
        ("after=x&before=y", "not both"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_by_name(query: str, names: str) -> None:
    with pytest.raises(BadInput, match=names):
        FINDINGS.read(QueryDict(query), Finding)


def test_a_place_beyond_the_last_row_says_so_rather_than_that_there_is_nothing(
    table: str, rows: list[Finding]
) -> None:
    place = _page(table).next_url
    Finding.objects.using(table).filter(opened__lt=rows[11].opened + timedelta(seconds=1)).delete()
    page = _page(table, place)
    assert page.exhausted
    assert not page.rows
    assert not page.next_url


def test_a_filter_cannot_take_a_name_that_the_list_uses_itself() -> None:
    with pytest.raises(ValueError, match="sort"):
        Listing(
            name="x",
            caption="X",
            columns=(),
            sort=(),
            empty=Empty("", ""),
            filters=(Filter("sort", "S", "s"),),
        )
