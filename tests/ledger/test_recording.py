"""What goes through recording(), and what cannot go around it."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, models, transaction
from django.db.models import F

from duecare.errors import DuecareError, Refused
from duecare.ledger import blobs, canonical, sealing, triggers, verifying
from duecare.ledger import recording as recording_module
from duecare.ledger.models import Entry, Head, Noted, OpenAct, Payload
from duecare.ledger.recording import record_note, recording
from duecare.ledger.records import Record, shape_of
from tests.testapp.models import Book, Shelf, Tag, Tagging

pytestmark = pytest.mark.usefixtures("home")

ACTOR = "person:test"


def library() -> tuple[Shelf, list[Book]]:
    with recording(ACTOR, "stock the shelf"):
        shelf = Shelf.objects.create(name="history")
        books = [Book(shelf=shelf, loose=shelf, title=f"volume {n}", pages=n) for n in range(3)]
        Book.objects.bulk_create(books)
    return shelf, books


def entries_after(size: int) -> list[tuple[str, str, str]]:
    """Kind, action and subject of the entries from `size` on."""
    return list(
        Entry.objects.filter(index__gte=size).order_by("index").values_list("kind", "action", "subject")
    )


def size() -> int:
    return Head.objects.get().size


def payload(index: int) -> dict[str, object]:
    return json.loads(bytes(Payload.objects.get(index=index).data))


WRITES_OUTSIDE = {
    "save": lambda shelf, books: Shelf(name="x").save(),
    "save of an existing row": lambda shelf, books: books[0].save(),
    "save_base": lambda shelf, books: books[0].save_base(raw=True),
    "bulk_create": lambda shelf, books: Shelf.objects.bulk_create([Shelf(name="x")]),
    "update": lambda shelf, books: Book.objects.update(pages=9),
    "update with F()": lambda shelf, books: Book.objects.update(pages=F("pages") + 1),
    "bulk_update": lambda shelf, books: Book.objects.bulk_update(books, ["title"]),
    "delete": lambda shelf, books: books[0].delete(),
    "queryset delete": lambda shelf, books: Book.objects.all().delete(),
    "cascade": lambda shelf, books: shelf.delete(),
    "m2m through": lambda shelf, books: Tagging.objects.bulk_create([Tagging(tag_id="t", book=books[0])]),
    "raw update": lambda shelf, books: connection.cursor().execute("UPDATE testapp_book SET pages = 7"),
    "raw insert": lambda shelf, books: connection.cursor().execute(
        "INSERT INTO testapp_shelf (id, name) VALUES ('a', 'b')"
    ),
    "raw delete": lambda shelf, books: connection.cursor().execute("DELETE FROM testapp_book"),
    "_raw_delete": lambda shelf, books: Book.objects.all()._raw_delete("default"),
}


@pytest.mark.parametrize("way", WRITES_OUTSIDE)
def test_a_write_outside_an_act_is_aborted_and_changes_nothing(way: str) -> None:
    shelf, books = library()
    before, then = list(Book.objects.order_by("id").values()), size()
    with pytest.raises(DatabaseError, match=r"only inside recording\(\)"):
        WRITES_OUTSIDE[way](shelf, books)
    assert list(Book.objects.order_by("id").values()) == before
    assert Shelf.objects.count() == 1
    assert size() == then


def test_truncate_is_refused_even_inside_an_act() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    library()
    with pytest.raises(DatabaseError, match="truncate"), recording(ACTOR, "truncate"):
        connection.cursor().execute("TRUNCATE testapp_book CASCADE")
    assert Book.objects.count() == 3


def test_an_act_is_a_head_and_one_entry_for_each_record_in_order_of_first_touch() -> None:
    shelf, books = library()
    assert entries_after(0) == [
        ("ledger.act", "act", Entry.objects.get(index=0).subject),
        ("testapp.shelf", "created", shelf.pk),
        *[("testapp.book", "created", book.pk) for book in books],
    ]
    assert payload(0) == {"count": 4, "reason": "stock the shelf"}
    assert payload(1) == {"blobs": [], "record": {"id": shelf.pk, "name": "history"}, "schema": 1}


WRITES_INSIDE = {
    "update": (
        lambda shelf, books: Book.objects.filter(pages__gte=1).update(pages=9),
        ["changed", "changed"],
    ),
    "F()": (lambda shelf, books: Book.objects.update(pages=F("pages") + 1), ["changed"] * 3),
    "bulk_update": (
        lambda shelf, books: Book.objects.bulk_update(
            [Book(id=b.pk, shelf=shelf, title="same") for b in books], ["title"]
        ),
        ["changed"] * 3,
    ),
    "save_base": (
        lambda shelf, books: Book(id=books[0].pk, shelf=shelf, title="raw").save_base(raw=True),
        ["changed"],
    ),
    "cascade": (lambda shelf, books: shelf.delete(), ["deleted"] * 4),
    "raw SQL": (
        lambda shelf, books: connection.cursor().execute(
            "UPDATE testapp_book SET pages = 77 WHERE pages = 2"
        ),
        ["changed"],
    ),
    "raw delete": (
        lambda shelf, books: connection.cursor().execute("DELETE FROM testapp_book"),
        ["deleted"] * 3,
    ),
}


@pytest.mark.parametrize("way", WRITES_INSIDE)
def test_a_write_inside_an_act_is_captured_whatever_made_it(way: str) -> None:
    shelf, books = library()
    then = size()
    write, expected = WRITES_INSIDE[way]
    with recording(ACTOR, way) as act:
        write(shelf, books)
    assert [action for _, action, _ in entries_after(then)] == ["act", *expected]
    assert act.count == len(expected)
    assert verifying.verify(live=True).faults == []


def test_set_null_and_through_records_are_captured() -> None:
    _, books = library()
    with recording(ACTOR, "tag"):
        tag = Tag.objects.create(name="war")
        tag.books.add(books[0], books[1])
    assert [kind for kind, _, _ in entries_after(5)] == [
        "ledger.act",
        "testapp.tag",
        *["testapp.tagging"] * 2,
    ]
    then = size()
    with recording(ACTOR, "a shelf for loose ones"):
        other = Shelf.objects.create(name="other")
        Book.objects.filter(pk=books[0].pk).update(loose=other)
    with recording(ACTOR, "remove it"):
        other.delete()
    assert Book.objects.get(pk=books[0].pk).loose is None
    assert [action for _, action, _ in entries_after(then)] == [
        "act",
        "created",
        "changed",
        "act",
        "deleted",
        "changed",
    ] or [action for _, action, _ in entries_after(then)] == [
        "act",
        "created",
        "changed",
        "act",
        "changed",
        "deleted",
    ]
    assert verifying.verify(live=True).faults == []


def test_what_did_not_change_leaves_no_entry() -> None:
    _, books = library()
    then = size()
    with recording(ACTOR, "nothing") as act:
        books[0].save()
        Shelf(name="gone").save()
        Shelf.objects.filter(name="gone").delete()
    assert size() == then
    assert act.head is None


def test_an_act_that_fails_leaves_nothing_behind() -> None:
    _, books = library()
    then = size()

    def fail() -> None:
        with recording(ACTOR, "fails"):
            books[0].title = "lost"
            books[0].save()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert size() == then
    assert not Book.objects.filter(title="lost").exists()
    assert not OpenAct.objects.exists()
    assert not Noted.objects.exists()


def test_a_savepoint_rolled_back_inside_an_act_is_not_recorded() -> None:
    library()
    then = size()
    with recording(ACTOR, "half"):
        Shelf.objects.create(id="kept", name="kept")
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            Shelf.objects.create(id="lost", name="lost")
            raise ZeroDivisionError
    assert [subject for _, action, subject in entries_after(then) if action == "created"] == ["kept"]


def test_an_act_is_always_the_outermost_transaction() -> None:
    with transaction.atomic(), pytest.raises(Refused, match="outermost"), recording(ACTOR, "inner"):
        pass
    with recording(ACTOR, "outer"), pytest.raises(Refused, match="outermost"), recording(ACTOR, "inner"):
        pass


def test_every_type_of_field_comes_back_from_its_snapshot_as_it_was() -> None:
    shelf, _ = library()
    moment = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
    scan = blobs.keep(b"a page")
    with recording(ACTOR, "all types"):
        book = Book.objects.create(
            shelf=shelf, title="Ünïcode ✓ \"quoted\"", pages=2**31 - 1, bought_on=date(2026, 2, 28),
            read_at=moment, lent=True, marks={"a": [1, None, {"b": False}]}, scan=scan,
        )  # fmt: skip
    index = Entry.objects.get(subject=book.pk).index
    told = payload(index)
    assert told["blobs"] == [scan]
    shape = shape_of(Book)
    row = shape.rows([book.pk], "default")[book.pk]
    assert shape.values(told["record"]) == list(row)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"marks": {"share": 0.5}}, "marks"),
        ({"title": "e\u0301"}, "title"),
        ({"marks": {"n": 2**60}}, "marks"),
    ],
)
def test_a_value_that_cannot_be_recorded_is_refused_by_name_and_nothing_is_written(
    values: dict[str, object], place: str
) -> None:
    shelf, _ = library()
    with pytest.raises(DuecareError, match=place), recording(ACTOR, "bad value"):
        Book.objects.create(shelf=shelf, **{"title": "t", **values})
    assert Book.objects.count() == 3


def test_an_entry_over_60000_bytes_is_refused() -> None:
    with pytest.raises(DuecareError, match="too large for one entry"), recording(ACTOR, "large"):
        Book.objects.create(shelf=Shelf.objects.create(name="s"), title="t", marks={"x": "y" * 60_000})
    assert Shelf.objects.count() == 0


def test_a_note_is_an_entry_without_a_record() -> None:
    act = record_note(ACTOR, "signed in", "site.signin", "person:test", {"from": "127.0.0.1"})
    assert entries_after(1) == [("site.signin", "noted", "person:test")]
    assert payload(1) == {"blobs": [], "note": {"from": "127.0.0.1"}}
    assert act.head == 0
    assert verifying.verify(live=True).faults == []


def test_a_record_points_only_at_records_and_holds_no_floats() -> None:
    class Bad(Record):
        share = models.FloatField()

        class Meta:
            app_label = "testapp"

    try:
        with pytest.raises(ImproperlyConfigured, match="no floats"):
            shape_of(Bad)
    finally:
        from django.apps import apps

        del apps.all_models["testapp"]["bad"]
        apps.clear_cache()


def test_the_ledgers_own_tables_accept_appends_only() -> None:
    library()
    for sql in (
        "UPDATE ledger_entry SET actor = 'other'",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_payload",
        "UPDATE ledger_payload SET data = salt",
    ):
        with pytest.raises(DatabaseError, match="append-only"):
            connection.cursor().execute(sql)


def test_a_missing_or_altered_trigger_stops_the_start_and_migrate_puts_it_back() -> None:
    from django.core.management import call_command

    triggers.demand()
    name = next(iter(triggers.for_record(connection.vendor, "testapp_book")))
    on = ' ON "testapp_book"' if connection.vendor == "postgresql" else ""
    connection.cursor().execute(f'DROP TRIGGER "{name}"{on}')
    with pytest.raises(DuecareError, match=name):
        triggers.demand()
    call_command("migrate", verbosity=0)
    triggers.demand()


def test_a_step_back_of_the_clock_is_an_entry_and_times_stay_as_the_clock_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = iter([datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)])
    monkeypatch.setattr(recording_module, "utc_now", lambda: next(moments))
    record_note(ACTOR, "one", "test.note", "a", {})
    record_note(ACTOR, "two", "test.note", "a", {})
    assert [kind for kind, _, _ in entries_after(2)] == ["ledger.act", "test.note", "ledger.clock"]
    assert payload(4) == {
        "blobs": [],
        "note": {"from": "2026-05-01T00:00:00.000000Z", "to": "2026-04-01T00:00:00.000000Z"},
    }
    assert Entry.objects.get(index=3).time == datetime(2026, 4, 1, tzinfo=UTC)
    assert verifying.verify().faults == []


def test_the_leaf_is_what_the_format_says() -> None:
    library()
    entry = Entry.objects.get(index=1)
    leaf = canonical.decode(bytes(entry.leaf))
    assert set(leaf) == {"at", "log", "meta", "payload", "v"}
    assert canonical.decode(bytes(entry.meta)) == {
        "act": Entry.objects.get(index=0).subject,
        "action": "created",
        "actor": ACTOR,
        "kind": "testapp.shelf",
        "subject": entry.subject,
        "valid_at": None,
    }


def test_every_act_is_sealed_into_the_tiles_at_once() -> None:
    library()
    head = Head.objects.get()
    assert head.sealed == head.size
    assert len(sealing.root(head.size)) == 32
