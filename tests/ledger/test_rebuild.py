"""The whole can be rebuilt from the ledger alone, and nothing is left out without a reason."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connections

from duecare.errors import BadInput, Tampered
from duecare.ledger import asof, blobs, sealing
from duecare.ledger.models import Payload
from duecare.ledger.rebuild import NOT_RECORDS, rebuild
from duecare.ledger.recording import record_note, recording
from duecare.ledger.records import Record
from tests.ledger.library import ACTOR, library, size, sql, unguarded
from tests.testapp.models import Book, Shelf, Tag

pytestmark = pytest.mark.usefixtures("home")


def rows(file: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(statement).fetchall()


def test_every_installed_model_is_a_record_or_stands_on_the_list_with_its_reason() -> None:
    others = {model._meta.label_lower for model in apps.get_models() if not issubclass(model, Record)}
    assert others - set(NOT_RECORDS) == set(), (
        "make it a record, or say in rebuild.NOT_RECORDS why it is none"
    )
    assert all(NOT_RECORDS.values())


def test_a_rebuild_of_the_whole_log_equals_the_live_rows_field_for_field(tmp_path: Path) -> None:
    _, books = library()
    with recording(ACTOR, "change"):
        Book.objects.filter(pk=books[0].pk).update(marks={"z": 1, "a": [True]}, scan=blobs.keep(b"scan"))
        Tag.objects.create(name="t").books.add(books[1])
        books[2].delete()
    record_note(ACTOR, "look", "test.note", "x", {})
    sealing.checkpoint()
    rebuilt = rebuild(tmp_path / "new")
    assert (rebuilt.size, rebuilt.records, rebuilt.compared, rebuilt.differences) == (size(), 5, True, ())
    assert rebuilt.file == tmp_path / "new" / "duecare.db"
    assert list((tmp_path / "new").iterdir()) == [rebuilt.file]
    assert rows(rebuilt.file, "SELECT count(*) FROM testapp_book") == [(2,)]


def test_a_rebuilt_database_is_one_that_a_home_can_go_on_with(tmp_path: Path) -> None:
    """Beside the keys it verifies, keeps its guard, and takes the next act."""
    library()
    sealing.checkpoint()
    rebuilt = rebuild(tmp_path / "new")
    (sealed,) = rows(
        rebuilt.file, "SELECT size, sealed, last_at = (SELECT max(at) FROM ledger_entry) FROM ledger_head"
    )
    assert sealed == (size(), size(), 1)
    with (
        closing(sqlite3.connect(rebuilt.file)) as other,
        pytest.raises(sqlite3.IntegrityError, match="recording"),
    ):
        other.execute("UPDATE testapp_book SET pages = 4")
    assert rows(
        rebuilt.file, "SELECT count(*) FROM ledger_noted UNION ALL SELECT count(*) FROM ledger_openact"
    ) == [
        (0,),
        (0,),
    ]
    tiles = sorted((row[0], bytes(row[1])) for row in rows(rebuilt.file, "SELECT id, data FROM ledger_tile"))  # type: ignore[arg-type]
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT id, data FROM ledger_tile")
        assert tiles == sorted((row[0], bytes(row[1])) for row in cursor.fetchall())


def test_a_rebuild_at_an_earlier_size_is_the_ledger_as_it_was_then(tmp_path: Path) -> None:
    shelf, books = library()
    then = size()
    with recording(ACTOR, "change"):
        Book.objects.filter(pk=books[0].pk).update(pages=50)
        Shelf.objects.create(name="later")
    rebuilt = rebuild(tmp_path / "then", then)
    assert (rebuilt.size, rebuilt.records, rebuilt.compared) == (then, 4, False)
    assert rows(rebuilt.file, f"SELECT pages FROM testapp_book WHERE id = '{books[0].pk}'") == [(0,)]
    assert rows(rebuilt.file, "SELECT id FROM testapp_shelf") == [(shelf.pk,)]
    assert rows(rebuilt.file, "SELECT count(*) FROM ledger_payload WHERE until >= 5") == [(0,)]
    assert rows(rebuilt.file, 'SELECT max("index") FROM ledger_entry') == [(then - 1,)]


def test_an_empty_ledger_rebuilds_to_empty_tables(tmp_path: Path) -> None:
    assert rebuild(tmp_path / "empty").records == 0


def test_rows_that_differ_from_the_record_are_named(tmp_path: Path) -> None:
    _, books = library()
    with unguarded():
        sql("UPDATE testapp_book SET pages = 70, lent = %s WHERE id = %s", True, books[0].pk)
        sql("DELETE FROM testapp_book WHERE id = %s", books[1].pk)
        sql("INSERT INTO testapp_tag (id, name) VALUES ('extra', 'x')")
    assert set(rebuild(tmp_path / "new").differences) == {
        f"testapp.book {books[0].pk} differs in pages, lent",
        f"testapp.book {books[1].pk} is in the record, but its row is gone",
        "testapp.tag extra is in its table, but not in the record",
    }


def test_a_database_that_is_there_already_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "duecare.db").write_bytes(b"precious")
    with pytest.raises(BadInput, match="a database in"):
        rebuild(tmp_path)
    assert (tmp_path / "duecare.db").read_bytes() == b"precious"


@pytest.mark.parametrize("asked", [-1, 6])
def test_a_size_that_the_ledger_never_had_is_refused_and_leaves_nothing(asked: int, tmp_path: Path) -> None:
    library()
    with pytest.raises(BadInput, match="no size"):
        rebuild(tmp_path / "new", asked)
    assert not (tmp_path / "new").exists()


def test_a_ledger_with_a_gap_is_not_rebuilt(tmp_path: Path) -> None:
    library()
    with unguarded():
        Payload.objects.filter(index=2)._raw_delete("default")
    with pytest.raises(Tampered, match="some are missing"):
        rebuild(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_rebuild_leaves_no_alias_and_no_view_behind(tmp_path: Path) -> None:
    library()
    before = set(connections)
    rebuild(tmp_path / "new")
    assert set(connections) == before
    assert asof.current() is None
