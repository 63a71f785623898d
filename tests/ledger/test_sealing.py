"""Tiles follow the entries; nothing is signed that does not extend what was signed before."""

from __future__ import annotations

import base64
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections

from duecare.errors import DuecareError, Tampered
from duecare.ledger import merkle, notes, sealing, verifying
from duecare.ledger import recording as recording_module
from duecare.ledger.merkle import leaf_hash
from duecare.ledger.models import Checkpoint, Entry, Head, Tile
from duecare.ledger.recording import record_note
from tests.ledger.library import ACTOR, library, size, sql, unguarded
from tests.testapp.models import Shelf


def note() -> None:
    record_note(ACTOR, "look", "test.note", "x", {})


def root_of_entries() -> bytes:
    return merkle.root_of(
        [leaf_hash(bytes(leaf)) for leaf in Entry.objects.order_by("index").values_list("leaf", flat=True)]
    )


def test_the_tiles_give_the_root_of_the_entries_after_every_act(home: Path) -> None:
    for books in (1, 250, 3, 300):
        library(books)
        assert sealing.root(size()) == root_of_entries()


def test_roots_of_all_earlier_sizes_can_be_read_from_the_tiles(home: Path) -> None:
    library(300)
    hashes = [
        leaf_hash(bytes(leaf)) for leaf in Entry.objects.order_by("index").values_list("leaf", flat=True)
    ]
    for point in (0, 1, 2, 255, 256, 257, 301, 302):
        assert sealing.root(point) == merkle.root_of(hashes[:point])


def test_tiles_are_rebuilt_from_the_entries_in_batches(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library(600)
    before = sorted((tile.id, bytes(tile.data)) for tile in Tile.objects.all())
    Tile.objects.all().delete()
    Head.objects.update(sealed=0)
    monkeypatch.setattr(sealing, "BATCH", 100)
    assert sealing.seal() == size()
    assert sorted((tile.id, bytes(tile.data)) for tile in Tile.objects.all()) == before


def test_sealing_stops_at_a_gap(home: Path) -> None:
    library()
    with unguarded():
        sql('DELETE FROM ledger_entry WHERE "index" = 3')
    Head.objects.update(sealed=0)
    with pytest.raises(Tampered, match="1 are missing"):
        sealing.seal()


def test_an_act_stands_even_if_its_tiles_cannot_be_extended_just_now(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**kwargs: object) -> int:
        raise DatabaseError("database is locked")

    monkeypatch.setattr(recording_module.sealing, "seal", fail)
    library()
    monkeypatch.undo()
    assert "could not be extended" in caplog.text
    assert Shelf.objects.count() == 1
    assert Head.objects.get().sealed == 0
    assert verifying.verify(live=True).ok
    assert sealing.checkpoint().size == size() == Head.objects.get().sealed


def test_a_checkpoint_is_a_signed_note_of_origin_size_and_root_and_is_made_once(home: Path) -> None:
    library()
    made = sealing.checkpoint()
    text, _ = notes.open_note(bytes(made.note), [sealing.signer().verifier])
    head = Head.objects.get()
    root = base64.b64encode(root_of_entries()).decode()
    assert text == f"{head.origin}\n{head.size}\n{root}\n"
    assert head.origin == f"localhost/duecare/{head.log}"
    assert sealing.newest_kept() == bytes(made.note)
    assert sealing.checkpoint() == made
    assert Checkpoint.objects.count() == 1


def test_an_empty_log_can_be_signed_too(home: Path) -> None:
    assert notes.Checkpoint.parse(
        notes.open_note(bytes(sealing.checkpoint().note), [sealing.signer().verifier])[0]
    ) == (notes.Checkpoint(Head.objects.get().origin, 0, merkle.EMPTY_ROOT))


def test_a_database_rolled_back_to_an_older_copy_gets_no_signature(home: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a copy of SQLite's file")
    note()
    connections.close_all()
    shutil.copy(home / "duecare.db", home / "backup.db")
    note()
    kept = sealing.checkpoint()
    connections.close_all()
    for leftover in home.glob("duecare.db-*"):
        leftover.unlink()
    shutil.copy(home / "backup.db", home / "duecare.db")
    with pytest.raises(Tampered, match="2 entries, but a checkpoint held outside says 4"):
        sealing.checkpoint()
    for _ in range(3):
        note()  # it grows past the kept checkpoint, with other entries
    with pytest.raises(Tampered, match="first 4 entries are not those"):
        sealing.checkpoint()
    assert sealing.newest_kept() == bytes(kept.note)
    assert not Checkpoint.objects.exists()


def test_entries_cut_from_the_end_get_no_signature(home: Path) -> None:
    library()
    sealing.checkpoint()
    with unguarded():
        for table in ("ledger_entry", "ledger_payload"):
            sql(f'DELETE FROM {table} WHERE "index" >= 3')
        sql("DELETE FROM ledger_tile")
        sql("DELETE FROM ledger_checkpoint")
        sql('UPDATE ledger_head SET "size" = 3, sealed = 0')
    with pytest.raises(Tampered, match="rolled back or cut"):
        sealing.checkpoint()


def test_a_checkpoint_slipped_into_the_database_is_not_handed_out(home: Path) -> None:
    library()
    signer = sealing.signer()
    Checkpoint.objects.create(size=size(), at=1, note=signer.sign(f"{signer.name}\n5\n{'A' * 43}=\n"))
    with pytest.raises(Tampered, match="not what this ledger signs"):
        sealing.checkpoint()


def test_the_kept_checkpoint_is_written_even_if_the_database_has_it_already(home: Path) -> None:
    """As after a crash between the two."""
    library()
    made = sealing.checkpoint()
    (home / "keys" / "newest-checkpoint").unlink()
    assert sealing.checkpoint() == made
    assert sealing.newest_kept() == bytes(made.note)


def test_signers_at_the_same_time_keep_the_newest(home: Path) -> None:
    def sign(_: int) -> int:
        try:
            note()
            return sealing.checkpoint().size
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        newest = max(pool.map(sign, range(8)))
    text, _ = notes.open_note(sealing.newest_kept() or b"", [sealing.signer().verifier])
    assert notes.Checkpoint.parse(text).size == newest == 16
    assert verifying.verify().ok


def test_the_key_is_for_its_owner_alone_and_one_that_others_can_read_is_not_used(home: Path) -> None:
    key = home / "keys" / "ledger.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o640)
    with pytest.raises(DuecareError, match="Others on this machine can read"):
        sealing.checkpoint()


@pytest.mark.parametrize("content", [None, b"", b"no key"])
def test_a_key_that_is_gone_or_damaged_is_said_to_be(home: Path, content: bytes | None) -> None:
    key = home / "keys" / "ledger.key"
    if content is None:
        key.unlink()
    else:
        key.write_bytes(content)
    with pytest.raises(DuecareError, match="Put it back from where it was escrowed"):
        sealing.checkpoint()


def test_a_log_that_was_signed_never_gets_another_key_by_itself(home: Path) -> None:
    library()
    before = sealing.create_log("localhost").log
    assert before == Head.objects.get().log
    sealing.checkpoint()
    Checkpoint.objects.all().delete()
    (home / "keys" / "ledger.key").unlink()
    with pytest.raises(DuecareError, match="is gone"):
        sealing.create_log("localhost")


def test_a_tile_that_is_missing_is_named(home: Path) -> None:
    library()
    Tile.objects.all().delete()
    with pytest.raises(Tampered, match="tile 0/0 is missing"):
        sealing.root(size())
