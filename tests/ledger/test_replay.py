"""What held at every size of the log, against an oracle that saw it happen."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duecare.errors import Tampered
from duecare.ledger import asof, verifying
from duecare.ledger.models import Entry, Payload
from duecare.ledger.rebuild import rebuild
from duecare.ledger.recording import recording
from duecare.ledger.replay import holding, replay_into
from tests.ledger.library import ACTOR, library, newest, size, sql, unguarded
from tests.testapp.models import Book, Shelf, Tag, Tagging

pytestmark = pytest.mark.usefixtures("home")

State = dict[str, list[dict[str, Any]]]
KEYS = ["a", "b", "c", "d"]


def rows() -> State:
    """All records of the test app, as whoever asks now sees them."""
    return {
        model.__name__: list(model.objects.order_by("id").values()) for model in (Shelf, Book, Tag, Tagging)
    }


def at(point: int, using: Path) -> State:
    """All records at a size, through the router."""
    file = using / f"{secrets.token_hex(6)}.db"
    replay_into(file, point)
    with asof.viewing(asof.View(datetime.now(UTC), point, file)):
        return rows()


titles = st.sampled_from(["", "x", "Ünïcode ✓", "a'b\"c\\", "line\nbreak", "\U0001f4da"])
marks = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**53 - 1) | titles,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["k", "l"]), inner, max_size=2)
    ),
    max_leaves=5,
)
moments = st.none() | st.datetimes(timezones=st.just(UTC))
puts = st.fixed_dictionaries(
    {
        "id": st.sampled_from(KEYS),
        "title": titles,
        "pages": st.integers(-(2**31), 2**31 - 1),
        "bought_on": st.none() | st.dates(date(1900, 1, 1)),
        "read_at": moments,
        "lent": st.booleans(),
        "marks": st.dictionaries(st.sampled_from(["m", "n"]), marks, max_size=2),
    }
)
steps = st.one_of(
    st.tuples(st.just("put"), puts),
    st.tuples(st.just("delete"), st.sampled_from(KEYS)),
    st.tuples(st.just("bump"), st.integers(0, 3)),
    st.tuples(st.just("rename"), st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS))),
    st.tuples(st.just("tag"), st.sampled_from(KEYS)),
    st.tuples(st.just("nothing"), st.none()),
)


def take(step: tuple[str, Any], shelf: Shelf) -> None:
    """One change of the library, through the ORM or around it."""
    what, value = step
    if what == "put":
        Book.objects.update_or_create(id=value["id"], defaults={**value, "shelf": shelf})
    elif what == "delete":
        Book.objects.filter(pk=value).delete()
    elif what == "bump":
        sql("UPDATE testapp_book SET pages = pages / 2 + %s", value)
    elif what == "rename" and not Book.objects.filter(pk=value[1]).exists():
        Tagging.objects.filter(book=value[0]).delete()
        sql("UPDATE testapp_book SET id = %s WHERE id = %s", value[1], value[0])
    elif what == "tag" and Book.objects.filter(pk=value).exists():
        Tag.objects.get_or_create(id="tag", defaults={"name": "t"})[0].books.add(value)


@hypothesis_settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=6))
def test_every_past_size_shows_what_an_onlooker_saw_then(
    acts: list[list[tuple[str, Any]]], tmp_path: Path
) -> None:
    with recording(ACTOR, "clear"):
        Tag.objects.all().delete()
        Shelf.objects.all().delete()
        shelf = Shelf.objects.create(name="s")
    seen = {size(): rows()}
    for act in acts:
        with recording(ACTOR, "act"):
            for step in act:
                take(step, shelf)
        seen[size()] = rows()
    assert {point: at(point, tmp_path) for point in seen} == seen
    verified = verifying.verify(live=True)
    assert verified.faults == []
    rebuilt = rebuild(tmp_path / secrets.token_hex(6)) if len(acts) == 1 else None
    assert rebuilt is None or rebuilt.differences == ()


def entries_applied(point: int) -> dict[tuple[str, str], Any]:
    """What the entries before `point` say, applied one by one: slow, and without `until`."""
    state: dict[tuple[str, str], Any] = {}
    entries = (
        Entry.objects.filter(index__lt=point)
        .order_by("index")
        .values_list("index", "kind", "action", "subject")
    )
    for index, kind, action, subject in entries:
        if action == "deleted":
            del state[kind, subject]
        elif action in ("created", "changed"):
            state[kind, subject] = json.loads(bytes(Payload.objects.get(index=index).data))["record"]
    return state


def test_until_agrees_with_the_entries_at_every_size_even_within_an_act() -> None:
    shelf, books = library()
    with recording(ACTOR, "change two, delete one, in one act"):
        Book.objects.filter(pages__lt=2).update(lent=True)
        books[2].delete()
    with recording(ACTOR, "make it again"):
        Book.objects.create(id=books[2].pk, shelf=shelf, title="again")
    for point in range(size() + 1):
        held = {(kind, key): json.loads(data)["record"] for kind, key, data in holding(point)}
        assert held == entries_applied(point), point


def test_the_replay_of_an_empty_ledger_has_all_tables_and_no_rows(tmp_path: Path) -> None:
    library()
    assert all(not found for found in at(0, tmp_path).values())


def test_a_replay_has_the_indexes_of_the_live_tables_but_not_their_constraints(tmp_path: Path) -> None:
    library()
    replay_into(tmp_path / "replay.db", size())
    with closing(sqlite3.connect(tmp_path / "replay.db")) as replay:
        plan = replay.execute("EXPLAIN QUERY PLAN SELECT * FROM testapp_book WHERE shelf_id = 'x'").fetchall()
        assert "USING INDEX" in plan[0][3]
        # An old day may hold what a later rule forbids.
        replay.execute("INSERT INTO testapp_book (id, pages) VALUES ('n', -1)")


def test_two_states_marked_as_holding_at_once_are_refused(tmp_path: Path) -> None:
    _, books = library()
    with recording(ACTOR, "change"):
        Book.objects.filter(pk=books[0].pk).update(pages=9)
    with unguarded():
        sql('UPDATE ledger_payload SET until = 99 WHERE "index" = 2')
    assert newest(books[0].pk) == 6
    with pytest.raises(Tampered, match="Two states of one record"):
        replay_into(tmp_path / "replay.db", size())


@pytest.mark.parametrize("data", [b"{}", b"no JSON", b'{"blobs":[],"record":{},"schema":"1"}', b"[]"])
def test_a_payload_that_cannot_be_read_is_refused_and_named(tmp_path: Path, data: bytes) -> None:
    _, books = library()
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_payload SET data = %s WHERE subject = %s", [data, books[0].pk])
    with pytest.raises(Tampered, match=f"A payload of testapp.book {books[0].pk} cannot be read") as caught:
        replay_into(tmp_path / "replay.db", size())
    assert "duecare ledger verify --live" in caught.value.next_step


@pytest.fixture(autouse=True)
def _no_leftovers() -> Iterator[None]:
    yield
    assert not list(settings.DUECARE_HOME.scratch.glob(".building-*"))
