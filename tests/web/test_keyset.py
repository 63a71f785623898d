"""Paging by key gives every row once, in order, in both directions, whatever is missing or equal."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.web import keyset
from tests.web.sample import NOW, Finding

FIELDS = ("severity", "due", "title", "opened")

some_rows = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 4)),
        st.sampled_from(["", "a", "b", "é", "'"]),
        st.integers(0, 2),
    ),
    max_size=12,
)
some_sort = st.lists(st.sampled_from(FIELDS), unique=True, max_size=3).flatmap(
    lambda names: st.tuples(*(st.sampled_from([name, f"-{name}"]) for name in names))
)


def _put(table: str, given_rows: list[tuple[Any, ...]]) -> list[Finding]:
    Finding.objects.using(table).all().delete()
    made = [
        Finding(id=f"{place:02d}", host="h", state="open", severity=severity, due=due, title=title,
                opened=NOW + timedelta(microseconds=opened))
        for place, (severity, due, title, opened) in enumerate(given_rows)
    ]  # fmt: skip
    return Finding.objects.using(table).bulk_create(made)


def _oracle(rows: list[Finding], sort: tuple[str, ...]) -> list[str]:
    """The ids in order, by stable sorts from the last column to the first, what is missing last."""
    ids_fall = bool(sort) and sort[-1].startswith("-")
    rows = sorted(rows, key=lambda row: row.pk, reverse=ids_fall)
    for name in reversed(sort):
        field, falls = name.removeprefix("-"), name.startswith("-")
        known = [row for row in rows if getattr(row, field) is not None]
        missing = [row for row in rows if getattr(row, field) is None]
        known.sort(key=lambda row: getattr(row, field), reverse=falls)
        rows = known + missing
    return [row.pk for row in rows]


@given(given_rows=some_rows, sort=some_sort, size=st.integers(1, 5))
@settings(max_examples=120, deadline=None)
def test_walking_forward_and_back_gives_the_sorted_rows_page_by_page(
    table: str, given_rows: list[tuple[Any, ...]], sort: tuple[str, ...], size: int
) -> None:
    rows = _put(table, given_rows)
    orders = keyset.total_order(Finding, sort)
    everything = Finding.objects.using(table).all()

    pages, after = [], None
    while True:
        part = keyset.fetch(everything, orders, size, after=after)
        pages.append(part)
        if not part.after:
            break
        after = part.keys[-1]
    assert [row.pk for part in pages for row in part.rows] == _oracle(rows, sort)
    assert [part.before for part in pages] == [False] + [True] * (len(pages) - 1)

    for earlier, later in pairwise(pages):
        back = keyset.fetch(everything, orders, size, before=later.keys[0])
        assert [row.pk for row in back.rows] == [row.pk for row in earlier.rows]
        assert back.after
        assert back.before == (earlier is not pages[0])


def test_a_deep_page_costs_one_query_that_neither_counts_nor_skips(table: str, rows: list[Finding]) -> None:
    orders = keyset.total_order(Finding, ("severity",))
    part = keyset.fetch(Finding.objects.using(table), orders, 10)
    with CaptureQueriesContext(connections[table]) as seen:
        keyset.fetch(Finding.objects.using(table), orders, 10, after=part.keys[-1])
    assert len(seen) == 1
    statement = seen[0]["sql"]
    assert "OFFSET" not in statement
    assert "COUNT" not in statement
    assert "LIMIT 11" in statement


def test_a_deep_page_is_one_seek_in_an_index(table: str, rows: list[Finding]) -> None:
    if connections[table].vendor != "sqlite":
        return
    orders = keyset.total_order(Finding, ("severity",))
    deep = Finding.objects.using(table).filter(keyset.beyond(orders, (3, "f00003")))
    with connections[table].cursor() as cursor:
        cursor.execute("CREATE INDEX by_severity ON web_tests_finding (severity, id)")
        plan = deep.order_by(*(order.expression(False) for order in orders)).explain()
        cursor.execute("DROP INDEX by_severity")
    assert "USING INDEX by_severity (severity>?" in plan
    assert "TEMP B-TREE" not in plan


def test_a_row_that_is_gone_still_marks_its_place(table: str, rows: list[Finding]) -> None:
    orders = keyset.total_order(Finding, ("-opened",))
    part = keyset.fetch(Finding.objects.using(table), orders, 10)
    part.rows[-1].delete(using=table)
    following = keyset.fetch(Finding.objects.using(table), orders, 1, after=part.keys[-1])
    assert following.rows[0].pk == rows[10].pk


KEY = (NOW, None, date(2026, 1, 2), 7, "f001")


def test_a_place_read_back_is_the_place_written() -> None:
    orders = keyset.total_order(Finding, ("-opened", "due", "due", "severity"))
    assert keyset.read_cursor("findings", orders, keyset.write_cursor("findings", orders, KEY)) == KEY


@pytest.mark.parametrize("position", [0, 10, -1])
def test_an_altered_place_is_refused(position: int) -> None:
    orders = keyset.total_order(Finding, ("-opened",))
    text = keyset.write_cursor("findings", orders, (NOW, "f001"))
    letters = list(text)
    letters[position] = "A" if letters[position] != "A" else "B"
    with pytest.raises(BadInput, match="cannot be read"):
        keyset.read_cursor("findings", orders, "".join(letters))


@pytest.mark.parametrize("text", ["", "x", ":", "é:é", "bnVsbA:x", "a" * 5000])
def test_what_never_was_a_place_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        keyset.read_cursor("findings", keyset.total_order(Finding, ()), text)


def test_a_place_of_another_list_or_another_order_is_refused() -> None:
    orders = keyset.total_order(Finding, ("title",))
    text = keyset.write_cursor("findings", orders, ("t", "f001"))
    with pytest.raises(BadInput, match="cannot be read"):
        keyset.read_cursor("hosts", orders, text)
    with pytest.raises(BadInput, match="another sort order"):
        keyset.read_cursor("findings", keyset.total_order(Finding, ("-title",)), text)


def test_a_value_that_does_not_survive_an_address_is_refused_when_written() -> None:
    with pytest.raises(TypeError, match="cannot page by a bytes"):
        keyset.write_cursor("findings", keyset.total_order(Finding, ("title",)), (b"t", "f001"))
