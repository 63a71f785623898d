"""Verification of the ledger in the database: every stored byte against the tree, the tree against signatures.

The command `duecare ledger verify` and the nightly job run this. It is the ledger looking at itself: it
finds accidents and tampering by anyone without the signing key. Against an insider with the key only a
checkpoint held outside helps, and `duecare-verify`, which shares no code with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import connections

from duecare.errors import DuecareError, NotFound, Tampered
from duecare.ledger import blobs, canonical, merkle, models, notes, sealing
from duecare.ledger.leaves import commit, parse_leaf
from duecare.ledger.merkle import leaf_hash
from duecare.ledger.recording import ACT
from duecare.ledger.records import read_payload, shapes
from duecare.ledger.tiles import TileReader, grow

Progress = Callable[[int, int], None]
"""Called with entries done and entries in all."""

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as the record says."""

    index: int | None
    """The entry's number, where it concerns one."""
    what: str

    def __str__(self) -> str:
        return self.what if self.index is None else f"entry {self.index}: {self.what}"


@dataclass(slots=True)
class Verified:
    """What a verification looked at and found."""

    size: int = 0
    root: str = ""
    """Hex, of all entries."""
    checkpoints: int = 0
    """Signed checkpoints that were checked."""
    checkpoint: int | None = None
    """Size of the newest checkpoint."""
    blobs: int = 0
    live: int | None = None
    """Rows of record tables compared with a replay; None if that was not asked for."""
    faults: list[Fault] = field(default_factory=list)
    """The first of them, at most LISTED."""
    count: int = 0
    """All faults."""

    LISTED = 100

    def add(self, index: int | None, what: str) -> None:
        self.count += 1
        if len(self.faults) < self.LISTED:
            self.faults.append(Fault(index, what))

    @property
    def ok(self) -> bool:
        return self.count == 0


def _quiet(done: int, total: int) -> None:
    return None


def verify(*, live: bool = False, progress: Progress = _quiet, using: str = "default") -> Verified:
    """Check every entry, payload, blob, tile and checkpoint; with `live` every record row too.

    Never raises for what it finds: faults are in the result. Sealing of new entries must have been done by
    the acts themselves; entries after the sealed size are checked all the same, but no tile vouches for them.
    """
    found = Verified()
    head = models.Head.objects.using(using).get()
    found.size = head.size
    hashes: list[bytes] = []
    replayed: _Replayed = {kind: {} for kind in shapes()}
    named: dict[str, int] = {}
    acts = _Acts(found)
    for row in _rows(using):
        index = row.index
        if index != len(hashes):
            found.add(len(hashes), f"is missing; the next one stored is {index}")
            return found
        hashes.append(leaf_hash(row.leaf))
        _check_entry(row, head, found)
        acts.take(row)
        if row.data is not None:
            if b'"blobs":["' in row.data:
                named.update((digest, index) for digest in json.loads(row.data)["blobs"])
            if row.kind in replayed:
                _replay_one(row, replayed[row.kind], found)
        if index % CHUNK == 0:
            progress(index, head.size)
    acts.end()
    if len(hashes) != head.size:
        found.add(len(hashes), f"and later ones are missing: the head says {head.size:,} entries")
    _check_ends(replayed, found)
    tree = _check_tiles(hashes, head, found, using)
    found.root = merkle.root_of(hashes).hex()
    _check_checkpoints(tree, len(hashes), found, using)
    _check_blobs(named, found)
    for model in (models.OpenAct, models.Noted):
        if model._base_manager.using(using).exists():
            found.add(None, f"{model._meta.db_table} is not empty: something wrote around recording()")
    if live:
        _compare_live(replayed, found, using)
    progress(head.size, head.size)
    return found


def verify_tree(using: str = "default") -> tuple[int, str]:
    """Size and root (hex) from the stored leaves alone, checked against the newest checkpoint.

    Raises Tampered if they disagree.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(f'SELECT "leaf" FROM "{models.Entry._meta.db_table}" ORDER BY "index"')  # noqa: S608
        hashes: list[bytes] = []
        while rows := cursor.fetchmany(20_000):
            hashes.extend(leaf_hash(bytes(row[0])) for row in rows)
    newest = models.Checkpoint.objects.using(using).order_by("-size").first()
    if newest is not None:
        text, _ = notes.open_note(bytes(newest.note), [sealing.signer(using).verifier])
        if merkle.root_of(hashes[: newest.size]) != notes.Checkpoint.parse(text).root:
            raise Tampered(
                f"The first {newest.size:,} entries do not give the root of their checkpoint.",
                "Run `duecare ledger verify` to find the entry.",
            )
    return len(hashes), merkle.root_of(hashes).hex()


@dataclass(frozen=True, slots=True)
class _Row:
    index: int
    at: int
    head: int
    kind: str
    action: str
    actor: str
    subject: str
    leaf: bytes
    meta_salt: bytes
    meta: bytes
    until: int | None
    salt: bytes | None
    data: bytes | None
    payload_kind: str | None
    payload_subject: str | None


def _rows(using: str) -> Iterator[_Row]:
    entry, payload = models.Entry._meta.db_table, models.Payload._meta.db_table
    start = 0
    while True:
        with connections[using].cursor() as cursor:
            cursor.execute(
                'SELECT e."index", e."at", e."head", e."kind", e."action", e."actor", e."subject", e."leaf", '  # noqa: S608
                'e."meta_salt", e."meta", p."until", p."salt", p."data", p."kind", p."subject" '
                f'FROM "{entry}" e LEFT JOIN "{payload}" p ON p."index" = e."index" '
                'WHERE e."index" >= %s ORDER BY e."index" LIMIT %s',
                [start, CHUNK],
            )
            rows = cursor.fetchall()
        for row in rows:
            yield _Row(
                *row[:7], *(None if part is None else bytes(part) for part in row[7:10]),  # type: ignore[arg-type]
                row[10], *(None if part is None else bytes(part) for part in row[11:13]), *row[13:],
            )  # fmt: skip
        if len(rows) < CHUNK:
            return
        start = rows[-1][0] + 1


def _check_entry(row: _Row, head: models.Head, found: Verified) -> None:
    try:
        leaf = parse_leaf(row.leaf)
    except DuecareError as error:
        found.add(row.index, f"its leaf is not canonical: {error.what}")
        return
    if leaf.log != head.log:
        found.add(row.index, "its leaf belongs to another ledger")
    if leaf.at != canonical.utc_text(models.from_microseconds(row.at)):
        found.add(row.index, f"the stored time differs from the leaf's, {leaf.at}")
    if commit("meta", row.meta_salt, row.meta) != leaf.meta:
        found.add(row.index, "its meta or its salt was changed")
    else:
        _check_columns(row, found)
    if row.salt is None or row.data is None:
        found.add(row.index, "its payload is missing")
    elif commit("payload", row.salt, row.data) != leaf.payload:
        found.add(row.index, "its payload or its salt was changed")
    elif (row.payload_kind, row.payload_subject) != (row.kind, row.subject):
        found.add(row.index, "its payload is filed under another record")


def _check_columns(row: _Row, found: Verified) -> None:
    try:
        meta = canonical.decode(row.meta)
    except DuecareError as error:
        found.add(row.index, f"its meta is not canonical: {error.what}")
        return
    for name in ("kind", "action", "actor", "subject"):
        if meta.get(name) != getattr(row, name):
            found.add(row.index, f"the column {name} differs from its meta, which says {meta.get(name)!r}")


class _Acts:
    """Checks that every act is whole: a head, then as many entries as it counts."""

    def __init__(self, found: Verified) -> None:
        self._found = found
        self._head = -1
        self._left = 0

    def take(self, row: _Row) -> None:
        if row.kind == ACT:
            self.end()
            self._head = row.index
            try:
                self._left = int(json.loads(row.data or b"{}")["count"])
            except (ValueError, KeyError, TypeError):
                self._found.add(row.index, "the head of its act has no count")
                self._left = 0
        else:
            self._left -= 1
            if self._left < 0:
                self._found.add(row.index, f"is more than the act at {self._head} counts")
                self._left = 0
        if row.head != self._head:
            self._found.add(row.index, f"is filed under the act at {row.head}, but follows that at {self._head}")

    def end(self) -> None:
        if self._left > 0:
            self._found.add(self._head, f"the act lacks {self._left} of its entries")
        self._left = 0


@dataclass(frozen=True, slots=True)
class _State:
    index: int
    until: int | None
    data: bytes


_Replayed = dict[str, dict[str, _State]]
"""The newest state of each record that exists, by kind and key."""


def _replay_one(row: _Row, replayed: dict[str, _State], found: Verified) -> None:
    """Follow one record through the log, and check that each state says where it was superseded."""
    before = replayed.pop(row.subject, None)
    if before is not None and before.until != row.index:
        found.add(before.index, f"is superseded by entry {row.index} but not marked so: a past day would be wrong")
    if row.action == "deleted":
        if row.until != row.index:
            found.add(row.index, "a deletion is marked as if it still held")
    elif row.data is not None:
        replayed[row.subject] = _State(row.index, row.until, row.data)


def _check_ends(replayed: _Replayed, found: Verified) -> None:
    for states in replayed.values():
        for state in states.values():
            if state.until is not None:
                found.add(state.index, f"is marked as superseded by entry {state.until}, but still holds")


def _check_tiles(hashes: list[bytes], head: models.Head, found: Verified, using: str) -> _Tiles:
    """Compare the stored tiles with those that the leaves give, and return the latter."""
    expected = grow(0, hashes[: head.sealed], lambda level, number: b"")
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
            first = number * 256
            for place in range(0, max(len(data), len(kept)), 32):
                if kept[place : place + 32] != data[place : place + 32]:
                    found.add(first + place // 32, "its leaf and its hash in the tree disagree")
        else:
            found.add(None, f"the tile {level}/{number} is not what the tiles below it give")
    for level, number in sorted(stored):
        found.add(None, f"the tile {level}/{number} covers entries that do not exist")
    return expected


_Tiles = dict[tuple[int, int], bytes]


def _check_checkpoints(tree: _Tiles, size: int, found: Verified, using: str) -> None:
    try:
        verifier = sealing.signer(using).verifier
    except DuecareError as error:
        found.add(None, str(error))
        return
    signed = [
        (f"the checkpoint at {row.size:,}", bytes(row.note))
        for row in models.Checkpoint.objects.using(using).order_by("size")
    ]
    kept = sealing.newest_kept()
    if kept is not None:
        signed.append(("the newest checkpoint kept outside the database", kept))
    for name, note in signed:
        try:
            text, _ = notes.open_note(note, [verifier])
            checkpoint = notes.Checkpoint.parse(text)
        except DuecareError as error:
            found.add(None, f"{name} cannot be relied on: {error.what}")
            continue
        found.checkpoints += 1
        found.checkpoint = max(found.checkpoint or 0, checkpoint.size)
        reader = TileReader(lambda level, number: tree[level, number])
        if checkpoint.size > size:
            found.add(size, f"and later ones are missing: {name} covers {checkpoint.size:,} entries")
        elif merkle.root_at(checkpoint.size, reader.node) != checkpoint.root:
            found.add(None, f"{name} has another root than its entries give: something before it was rewritten")


def _check_blobs(named: dict[str, int], found: Verified) -> None:
    for digest, index in named.items():
        found.blobs += 1
        try:
            blobs.fetch(digest)
        except (NotFound, Tampered) as error:
            found.add(index, error.what)


def _compare_live(replayed: _Replayed, found: Verified, using: str) -> None:
    """Compare every row of every record table with the replay, field for field."""
    found.live = 0
    for kind, shape in shapes().items():
        expected = replayed[kind]
        rows = shape.model._base_manager.using(using).order_by("pk").values_list(*shape.columns)
        for row in rows.iterator(chunk_size=CHUNK):
            found.live += 1
            state = expected.pop(row[0], None)
            if state is None:
                found.add(None, f"{kind} {row[0]} is in its table, but not in the record")
                continue
            try:
                live = json.loads(shape.payload(row))["record"]
            except DuecareError as error:
                found.add(state.index, f"the row of {kind} {row[0]} could never have been recorded: {error.what}")
                continue
            snapshot = read_payload(shape, state.data) or {}
            names = [name for name in shape.columns if snapshot.get(name) != live[name]]
            if names:
                found.add(state.index, f"{kind} {row[0]} differs from the record in {', '.join(names)}")
        for key, state in expected.items():
            found.add(state.index, f"{kind} {key} is in the record, but its row is gone")
