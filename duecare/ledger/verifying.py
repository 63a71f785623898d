"""Verification of the ledger in the database: what is stored against the tree, the tree against signatures.

The command `duecare ledger verify` and the nightly job run this. It is the ledger looking at itself: it
finds accidents and tampering by anyone without the signing key. Against an insider with the key only a
checkpoint held outside helps, and `duecare-verify`, which shares no code with it.
"""

from __future__ import annotations

import json
from typing import TypeAlias

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from duecare.errors import DuecareError, NotFound, Tampered
from duecare.ledger import blobs, canonical, merkle, models, notes, sealing, triggers
from duecare.ledger.entry_checks import CHUNK, Entries, Progress, State, check_ends, check_entries
from duecare.ledger.merkle import HASH_SIZE, leaf_hashes
from duecare.ledger.reading import one_moment
from duecare.ledger.records import Shape, Snapshot, confined_kinds, read_payload, shapes
from duecare.ledger.tiles import WIDTH, TileReader, grow
from duecare.ledger.verified import Fault, Verified

__all__ = ["Fault", "Progress", "Verified", "for_readers", "verify", "verify_tree"]


def _quiet(done: int, total: int) -> None:
    return None


def for_readers(fault: Fault) -> str:
    """A fault as a page or a note tells it: of what is withheld, no more than that it is.

    The terminal names kind and key, for whoever mends it.
    """
    names = {name for kind in confined_kinds() for name in (kind, shapes()[kind].table)}
    if any(name in fault.what for name in names):
        return str(Fault(fault.index, "something that is withheld is not as the record says"))
    return str(fault)


def verify(*, live: bool = False, progress: Progress = _quiet, using: str = "default") -> Verified:
    """Check every entry, payload, blob, tile, checkpoint and trigger; with `live` every record row too.

    Reads one moment of the database while others write. Never raises for what it finds: faults are in the
    result. Entries that no tile covers yet are checked by themselves, but no tile vouches for them.
    """
    found = Verified()
    try:
        with one_moment(using):
            _verify(found, live, progress, using)
    except DatabaseError as error:
        found.add(None, f"the database cannot be read to its end: {error}")
    return found


def _verify(found: Verified, live: bool, progress: Progress, using: str) -> None:
    head = models.Head.objects.using(using).filter(id=1).first()
    if head is None:
        found.add(None, "the head of the log is missing: nothing says how long it is")
        return
    found.size = head.size
    entries = check_entries(head, found, progress, using)
    _check_head(head, entries, found, using)
    check_ends(entries, found)
    tiles = _check_tiles(entries, head, found, using)
    size = len(entries.hashes)
    if size == head.sealed:
        found.root = merkle.root_at(size, _reader(tiles).node).hex()
    else:
        found.root = merkle.root_of(entries.hashes).hex()
    _check_checkpoints(tiles, head.sealed, size, found, using)
    _check_blobs(entries.blobs, found)
    for what in triggers.faults(connections[using]):
        found.add(None, what)
    if live:
        _compare_live(entries.states, found, using)
    progress(head.size, head.size)


def verify_tree(using: str = "default") -> tuple[int, str]:
    """Size and root (hex) from the stored leaves alone, checked against the newest checkpoint.

    Raises Tampered if they disagree.
    """
    with one_moment(using):
        hashes: list[bytes] = []
        with connections[using].cursor() as cursor:
            cursor.execute(f'SELECT "leaf" FROM "{models.Entry._meta.db_table}" ORDER BY "index"')  # noqa: S608
            while rows := cursor.fetchmany(20_000):
                hashes += leaf_hashes(bytes(leaf) for (leaf,) in rows)
        newest = models.Checkpoint.objects.using(using).order_by("-size").first()
    root = merkle.root_of(hashes)
    if newest is not None:
        text, _ = notes.open_note(bytes(newest.note), [sealing.signer(using).verifier])
        checkpoint = notes.Checkpoint.parse(text)
        then = root if checkpoint.size == len(hashes) else merkle.root_of(hashes[: checkpoint.size])
        if then != checkpoint.root or checkpoint.size > len(hashes):
            raise Tampered(
                f"The first {checkpoint.size:,} entries do not give the root of their checkpoint.",
                "Run `duecare ledger verify` to find the entry.",
            )
    return len(hashes), root.hex()


def _check_head(head: models.Head, entries: Entries, found: Verified, using: str) -> None:
    """The head names the end of the log: it is where the next act goes on."""
    size = len(entries.hashes)
    if size < head.size:
        found.add(size, f"and later ones are missing: the head says {head.size:,} entries")
    elif size > head.size:
        found.add(head.size, f"and later ones were added: the head says {head.size:,} entries")
    last = models.Entry.objects.using(using).order_by("-index").values_list("at", flat=True).first()
    if head.last_at != (last or 0):
        found.add(None, "the head says another time for the newest entry than that entry does")


_Tiles: TypeAlias = dict[tuple[int, int], bytes]


def _check_tiles(entries: Entries, head: models.Head, found: Verified, using: str) -> _Tiles:
    """Compare the stored tiles with those that the leaves give, and return the latter."""
    if head.sealed > len(entries.hashes):
        found.add(None, f"the head says that tiles cover {head.sealed:,} entries, more than there are")
    expected = grow(0, entries.hashes[: head.sealed], lambda level, number: b"")
    stored = {
        (row.id >> sealing.LEVEL, row.id & ((1 << sealing.LEVEL) - 1)): bytes(row.data)
        for row in models.Tile.objects.using(using).iterator(chunk_size=500)
    }
    for (level, number), data in expected.items():
        kept = stored.pop((level, number), None)
        if kept == data:
            continue
        if kept is None:
            found.add(None, f"the tile {level}/{number} is missing")
        elif level == 0:
            first = number * WIDTH
            for place in range(0, max(len(data), len(kept)), HASH_SIZE):
                index = first + place // HASH_SIZE
                differs = kept[place : place + HASH_SIZE] != data[place : place + HASH_SIZE]
                if differs and index not in entries.missing:
                    found.add(index, "its leaf and its hash in the tree disagree")
        else:
            found.add(None, f"the tile {level}/{number} is not what the tiles below it give")
    for level, number in sorted(stored):
        found.add(None, f"the tile {level}/{number} covers entries that do not exist")
    return expected


def _reader(tiles: _Tiles) -> TileReader:
    return TileReader(lambda level, number: tiles[level, number])


def _check_checkpoints(tiles: _Tiles, sealed: int, size: int, found: Verified, using: str) -> None:
    try:
        verifier = sealing.signer(using).verifier
        kept = sealing.newest_kept()
    except DuecareError as error:
        found.add(None, str(error))
        return
    signed = [
        (f"the checkpoint at {row.size:,}", bytes(row.note))
        for row in models.Checkpoint.objects.using(using).order_by("size")
    ]
    if kept is not None:
        signed.append(("the newest checkpoint kept outside the database", kept))
    good = 0
    for name, note in signed:
        try:
            text, _ = notes.open_note(note, [verifier])
            checkpoint = notes.Checkpoint.parse(text)
        except DuecareError as error:
            found.add(None, f"{name} cannot be relied on: {error.what}")
            continue
        found.checkpoints += 1
        found.checkpoint = max(found.checkpoint or 0, checkpoint.size)
        if checkpoint.size > size:
            found.add(size, f"and later ones are missing: {name} covers {checkpoint.size:,} entries")
        elif checkpoint.size > sealed:
            found.add(None, f"{name} covers {checkpoint.size:,} entries, the tiles only {sealed:,}")
        elif merkle.root_at(checkpoint.size, _reader(tiles).node) == checkpoint.root:
            good = max(good, checkpoint.size)
        elif good < checkpoint.size:
            found.add(
                good,
                f"or one after it, before {checkpoint.size:,}, was rewritten: {name} has another root than "
                "its entries give",
            )
        else:
            found.add(None, f"{name} has another root than its entries give, a later one has theirs")


def _check_blobs(named: dict[str, int], found: Verified) -> None:
    for digest, index in named.items():
        found.blobs += 1
        try:
            blobs.fetch(digest)
        except (NotFound, Tampered) as error:
            found.add(index, error.what)


def _compare_live(states: dict[str, dict[str, State]], found: Verified, using: str) -> None:
    """Compare every row of every record table with the replay, field for field."""
    found.live = 0
    for kind, shape in shapes().items():
        expected = dict(states.get(kind, {}))
        rows = shape.model._base_manager.using(using).values_list(*shape.columns)
        try:
            for row in rows.iterator(chunk_size=CHUNK):
                found.live += 1
                state = expected.pop(row[0], None)
                if state is None:
                    found.add(None, f"{kind} {row[0]} is in its table, but not in the record")
                else:
                    _compare_row(shape, row, state, found)
        except (DatabaseError, ValueError) as error:
            found.add(None, f"the table {shape.table} cannot be read to its end: {error}")
            continue
        for key, state in expected.items():
            found.add(state.index, f"{kind} {key} is in the record, but its row is gone")


def _compare_row(shape: Shape, row: tuple[object, ...], state: State, found: Verified) -> None:
    try:
        data = shape.payload(row)
    except DuecareError as error:
        found.add(
            state.index, f"the row of {shape.kind} {row[0]} could never have been recorded: {error.what}"
        )
        return
    if data == state.data:
        return
    try:
        snapshot: Snapshot = read_payload(shape, state.data) or {}
    except (ValueError, KeyError, TypeError, ImproperlyConfigured) as error:
        found.add(state.index, f"the row of {shape.kind} {row[0]} cannot be compared: {error}")
        return
    live = json.loads(data)["record"]
    # Their encodings: to Python, 1 and true are equal.
    names = [
        name
        for name in shape.columns
        if name not in snapshot or canonical.encode(snapshot[name]) != canonical.encode(live[name])
    ]
    if names:
        found.add(state.index, f"{shape.kind} {row[0]} differs from the record in {', '.join(names)}")
