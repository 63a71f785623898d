"""Every way of tampering with the live database is found, and the entry named."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections

from duecare.errors import Tampered
from duecare.ledger import blobs, merkle, notes, sealing, verifying
from duecare.ledger.leaves import commit, leaf_bytes
from duecare.ledger.models import Checkpoint, Entry, Head, OpenAct, Payload, Tile
from duecare.ledger.recording import record_note, recording
from duecare.ledger.verified import Verified
from tests.ledger.library import ACTOR, library, size, sql, unguarded
from tests.testapp.models import Book, Shelf

pytestmark = pytest.mark.usefixtures("home")

BOOK = 3
"""The entry that made the second book."""


def stocked() -> list[Book]:
    """Several acts with a checkpoint at their end: 0-4 make a shelf and three books, 5-6 change one."""
    _, books = library()
    with recording(ACTOR, "read on"):
        Book.objects.filter(pk=books[0].pk).update(pages=99)
    with recording(ACTOR, "scan it"):
        Book.objects.filter(pk=books[2].pk).update(scan=blobs.keep(b"a scan"))
    record_note(ACTOR, "look", "test.note", "x", {})
    sealing.checkpoint()
    assert verifying.verify(live=True).faults == []
    return books


def found() -> Verified:
    return verifying.verify(live=True)


def named(verified: Verified) -> set[int | None]:
    return {fault.index for fault in verified.faults}


def told(verified: Verified) -> str:
    return "\n".join(map(str, verified.faults))


def change(model: type[Entry | Payload | Tile], index: int, column: str, value: object) -> None:
    sql(
        f'UPDATE "{model._meta.db_table}" SET "{column}" = %s WHERE "{model._meta.pk.name}" = %s',
        value,
        index,
    )


def flip(data: bytes, at: int = 40) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def swap(column: str, model: type[Entry | Payload]) -> None:
    one, other = (model.objects.filter(pk=index).values_list(column, flat=True).get() for index in (BOOK, 6))
    change(model, BOOK, column, bytes(other))
    change(model, 6, column, bytes(one))


def shift_from(index: int) -> None:
    """Make room for an entry at `index` by moving the later ones up."""
    for table in ("ledger_entry", "ledger_payload"):
        for at in range(size() - 1, index - 1, -1):
            sql(f'UPDATE "{table}" SET "index" = %s WHERE "index" = %s', at + 1, at)


def insert_entry() -> None:
    shift_from(BOOK)
    columns = '"at", "head", "kind", "action", "actor", "subject", "leaf", "meta_salt", "meta"'
    sql(
        f'INSERT INTO ledger_entry ("index", {columns}) '
        f'SELECT {BOOK}, {columns} FROM ledger_entry WHERE "index" = 2'
    )
    sql('UPDATE ledger_head SET "size" = "size" + 1')


def reorder() -> None:
    """Swap two whole entries of one act."""
    for table in ("ledger_entry", "ledger_payload"):
        for old, new in ((2, -5), (BOOK, 2), (-5, BOOK)):
            sql(f'UPDATE "{table}" SET "index" = %s WHERE "index" = %s', new, old)


def truncate(to: int) -> None:
    for table in ("ledger_entry", "ledger_payload"):
        sql(f'DELETE FROM "{table}" WHERE "index" >= %s', to)
    sql("DELETE FROM ledger_checkpoint")
    sql("DELETE FROM ledger_tile")
    last = Entry.objects.order_by("-index").first()
    sql('UPDATE ledger_head SET "size" = %s, "sealed" = 0, "last_at" = %s', to, last.at if last else 0)
    sealing.seal()


def forge() -> None:
    """Rewrite an entry completely: payload, commitment, leaf, row and tiles. Only signatures show it."""
    entry, payload = Entry.objects.get(index=BOOK), Payload.objects.get(index=BOOK)
    data = bytes(payload.data).replace(b"volume 1", b"volume 9")
    at = bytes(entry.leaf).split(b'"at":"')[1][:27].decode()
    leaf = leaf_bytes(
        Head.objects.get().log,
        at,
        commit("meta", bytes(entry.meta_salt), bytes(entry.meta)),
        commit("payload", bytes(payload.salt), data),
    )
    change(Entry, BOOK, "leaf", leaf)
    change(Payload, BOOK, "data", data)
    sql("UPDATE testapp_book SET title = 'volume 9' WHERE title = 'volume 1'")
    sql("DELETE FROM ledger_tile")
    sql("UPDATE ledger_head SET sealed = 0")
    sealing.seal()


def stored(model: type[Entry | Payload], column: str) -> bytes:
    return bytes(model.objects.filter(index=BOOK).values_list(column, flat=True).get())


def drop(*tables: str) -> None:
    for table in tables:
        sql(f'DELETE FROM "{table}" WHERE "index" = %s', BOOK)


def edit(setting: str, *values: object) -> None:
    sql(f"UPDATE testapp_book SET {setting} WHERE title = 'volume 1'", *values)


TAMPERING: dict[str, tuple[Callable[[], object], int, str]] = {
    "a byte of a leaf": (lambda: change(Entry, BOOK, "leaf", flip(stored(Entry, "leaf"), 150)), BOOK, "leaf"),
    "a byte of a meta": (lambda: change(Entry, BOOK, "meta", flip(stored(Entry, "meta"))), BOOK, "meta"),
    "a repeated key in a meta": (
        lambda: change(Entry, BOOK, "meta", b'{"act":"x",' + stored(Entry, "meta")[1:]), BOOK, "meta"
    ),
    "a byte of a payload": (
        lambda: change(Payload, BOOK, "data", flip(stored(Payload, "data"))), BOOK, "payload"
    ),
    "a payload's salt": (lambda: change(Payload, BOOK, "salt", b"\0" * 32), BOOK, "payload or its salt"),
    "a salt cut short": (lambda: change(Payload, BOOK, "salt", b"\0" * 31), BOOK, "payload or its salt"),
    "two salts swapped": (lambda: swap("salt", Payload), BOOK, "payload or its salt"),
    "two meta salts swapped": (lambda: swap("meta_salt", Entry), BOOK, "meta or its salt"),
    "the actor's column": (lambda: change(Entry, BOOK, "actor", "person:else"), BOOK, "column actor"),
    "the action's column": (lambda: change(Entry, BOOK, "action", "changed"), BOOK, "column action"),
    "the kind's column": (lambda: change(Entry, BOOK, "kind", "testapp.shelf"), BOOK, "column kind"),
    "the subject's column": (lambda: change(Entry, BOOK, "subject", "somebody"), BOOK, "column subject"),
    "the time's column": (lambda: change(Entry, BOOK, "at", 1), BOOK, "stored time"),
    "the act's column": (lambda: change(Entry, BOOK, "head", 5), BOOK, "filed under the act"),
    "the payload's subject": (lambda: change(Payload, BOOK, "subject", "x"), BOOK, "filed under another"),
    "an until put in": (lambda: change(Payload, BOOK, "until", 6), BOOK, "still holds"),
    "an until moved": (lambda: change(Payload, 2, "until", 8), 2, "a past day would be wrong"),
    "a note that is said to hold": (lambda: change(Payload, 10, "until", None), 10, "holds nothing"),
    "a payload deleted": (lambda: drop("ledger_payload"), BOOK, "payload is missing"),
    "an entry deleted": (lambda: drop("ledger_entry"), BOOK, "is missing"),
    "entry and payload deleted": (lambda: drop("ledger_entry", "ledger_payload"), BOOK, "is missing"),
    "an entry inserted": (insert_entry, BOOK, "hash in the tree"),
    "two entries swapped": (reorder, BOOK, "hash in the tree"),
    "the tail cut, tiles and checkpoints with it": (lambda: truncate(5), 5, "are missing"),
    "all cut": (lambda: truncate(0), 0, "are missing"),
    "a tile alone": (
        lambda: change(Tile, 0, "data", flip(bytes(Tile.objects.get(id=0).data), BOOK * 32)),
        BOOK, "hash in the tree",
    ),
    "all of it, tiles too, without the key": (forge, 0, "rewritten"),
    "a row of a record": (lambda: edit("pages = 7"), BOOK, "in pages"),
    "the JSON of a record": (lambda: edit("marks = %s", '{"a": 1}'), BOOK, "in marks"),
    "a row removed": (lambda: sql("DELETE FROM testapp_book WHERE title = 'volume 1'"), BOOK, "row is gone"),
    "a row that could not be recorded": (
        lambda: edit("marks = %s", '{"a": 0.5}'), BOOK, "never have been recorded"
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", TAMPERING)
def test_tampering_with_the_database_is_found_and_the_entry_named(way: str) -> None:
    stocked()
    tamper, index, what = TAMPERING[way]
    with unguarded():
        tamper()
    verified = found()
    assert not verified.ok
    assert index in named(verified), told(verified)
    assert what in told(verified)


def test_a_row_that_nobody_recorded_is_found() -> None:
    stocked()
    with unguarded():
        sql("INSERT INTO testapp_shelf (id, name) VALUES ('secret', 'x')")
    assert told(found()) == "testapp.shelf secret is in its table, but not in the record"


def test_true_and_1_are_told_apart_in_json() -> None:
    with recording(ACTOR, "marks"):
        book = Book.objects.create(shelf=Shelf.objects.create(name="s"), title="t", marks={"a": 1})
    with unguarded():
        sql("UPDATE testapp_book SET marks = %s", '{"a": true}')
    verified = found()
    assert "differs from the record in marks" in told(verified)
    assert book.pk in told(verified)


def test_a_swapped_blob_is_found_and_its_entry_named() -> None:
    books = stocked()
    digest = Book.objects.get(pk=books[2].pk).scan
    file = settings.DUECARE_HOME.blobs / digest[:2] / digest[2:]
    file.write_bytes(b"another scan")
    assert [str(fault) for fault in found().faults] == [f"entry 8: The blob {digest} was altered on disk."]
    file.unlink()
    assert [str(fault) for fault in found().faults] == [f"entry 8: The blob {digest} is missing."]


def test_a_rewrite_with_the_stolen_key_is_found_against_the_checkpoint_kept_outside() -> None:
    stocked()
    kept = sealing.newest_kept()
    with unguarded():
        forge()
        sql("DELETE FROM ledger_checkpoint")
    stolen = sealing.signer()
    forged = stolen.sign(notes.Checkpoint(stolen.name, size(), sealing.root(size())).text())
    Checkpoint.objects.create(size=size(), at=1, note=forged)
    verified = found()
    assert "kept outside the database has another root" in told(verified)
    # Whoever also replaces the kept file is found only by those who hold a checkpoint elsewhere.
    (settings.DUECARE_HOME.keys / "newest-checkpoint").write_bytes(forged)
    assert found().ok
    assert kept is not None
    with pytest.raises(Tampered, match="are not those of the checkpoint held outside"):
        sealing.demand_extends(kept, sealing.signer().verifier, size())


def test_a_checkpoint_that_our_key_signed_for_another_log_is_not_taken_for_ours() -> None:
    stocked()
    mine = sealing.signer()
    theirs = mine.sign(notes.Checkpoint("other.example/duecare/00", size(), sealing.root(size())).text())
    with pytest.raises(notes.NoteError, match=r"is of other\.example/duecare/00, not of"):
        sealing.demand_extends(theirs, mine.verifier, size())


def test_a_checkpoint_of_another_key_or_log_is_a_fault() -> None:
    stocked()
    sql("UPDATE ledger_head SET origin = 'other.example/duecare/00'")
    assert "cannot be relied on" in told(found())


def test_the_head_of_the_log_is_checked_too() -> None:
    stocked()
    for column, value, what in (
        ("size", 5, "later ones were added"),
        ("size", 50, "later ones are missing"),
        ("sealed", 3, "the tiles only 3"),
        ("last_at", 1, "another time for the newest entry"),
        ("log", "0" * 32, "belongs to another ledger"),
    ):
        before = Head.objects.values_list(column, flat=True).get()
        sql(f'UPDATE ledger_head SET "{column}" = %s', value)
        assert what in told(found())
        sql(f'UPDATE ledger_head SET "{column}" = %s', before)
    assert found().ok
    sql("DELETE FROM ledger_head")
    assert "head of the log is missing" in told(found())


def test_what_sqlite_stores_in_spite_of_a_columns_type_is_a_fault_and_no_crash() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL refuses it")
    stocked()
    connections.close_all()
    with unguarded():
        sql("UPDATE ledger_entry SET at = 'noon' WHERE \"index\" = 2")
        sql('UPDATE ledger_entry SET leaf = 12 WHERE "index" = 3')
        sql("UPDATE ledger_payload SET data = 'text' WHERE \"index\" = 4")
        sql("UPDATE ledger_entry SET actor = CAST(x'ff41' AS TEXT) WHERE \"index\" = 6")
        sql("UPDATE testapp_book SET title = CAST(x'ff41' AS TEXT) WHERE title = 'volume 1'")
    verified = found()
    assert {2, 3, 4, 6} <= named(verified)
    assert "testapp_book cannot be read to its end" in told(verified)


def test_an_entry_below_zero_and_a_payload_without_entry_are_found() -> None:
    stocked()
    with unguarded():
        sql('UPDATE ledger_entry SET "index" = -4 WHERE "index" = 3')
    assert {-4, 3} <= named(found())


def test_a_mark_left_open_is_found_and_lets_no_act_begin() -> None:
    stocked()
    OpenAct.objects.create(id="left")
    assert "ledger_openact is not empty" in told(found())
    with pytest.raises(Tampered, match="mark of an act that is none"):
        record_note(ACTOR, "go on", "test.note", "x", {})


def test_verification_reads_one_moment_while_others_write(monkeypatch: pytest.MonkeyPatch) -> None:
    stocked()
    whole = size()

    def write() -> None:
        with recording(ACTOR, "meanwhile"):
            Shelf.objects.create(name="new")
        connections.close_all()

    original = merkle.root_at

    def meanwhile(at: int, read: merkle.NodeReader) -> bytes:
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        return original(at, read)

    monkeypatch.setattr(verifying.merkle, "root_at", meanwhile)
    verified = found()
    monkeypatch.undo()
    assert verified.faults == []
    assert verified.size == whole < size()
    assert found().ok


def test_only_the_first_hundred_faults_are_listed_but_all_are_counted() -> None:
    library(150)
    with unguarded():
        sql("UPDATE ledger_entry SET actor = 'x'")
    verified = found()
    assert len(verified.faults) == 100
    assert verified.count >= 152


def test_verify_tree_gives_size_and_root_and_notices_an_edited_leaf() -> None:
    stocked()
    assert verifying.verify_tree() == (size(), sealing.root(size()).hex())
    with unguarded():
        change(Entry, BOOK, "leaf", flip(bytes(Entry.objects.get(index=BOOK).leaf), 150))
    with pytest.raises(Tampered, match="do not give the root"):
        verifying.verify_tree()


def test_one_byte_changed_by_another_program_is_found(home: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("for SQLite's file")
    stocked()
    connections.close_all()
    with sqlite3.connect(home / "duecare.db") as other:
        other.execute("DROP TRIGGER duecare_payload_update")
        other.execute("DROP TRIGGER duecare_payload_rewrite")
        other.execute(
            "UPDATE ledger_payload SET data = replace(data, 'volume 1', 'volume 2') WHERE \"index\" = 3"
        )
    other.close()
    verified = found()
    assert 3 in named(verified)
    assert "the trigger duecare_payload_update is missing" in told(verified)


def test_progress_is_told_up_to_the_end() -> None:
    stocked()
    steps: list[tuple[int, int]] = []
    verifying.verify(progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (size(), size())
