"""Builds exports of made-up ledgers, straight from docs/ledger-format.md, for tests of what reads them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from duecare.ledger import canonical, leaves, merkle, notes, tiles

LOG = "0123456789abcdef" * 2
ORIGIN = f"care.example/duecare/{LOG}"
START = datetime(2026, 11, 23, 14, 17, 25, 123456, UTC)


def signer(seed: int = 1, origin: str = ORIGIN) -> notes.Signer:
    """A signer whose key depends on `seed` alone."""
    return notes.Signer(origin, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


@dataclass(slots=True)
class Entry:
    """One entry as an export discloses it."""

    meta: Mapping[str, Any]
    payload: Mapping[str, Any]
    state: str = "disclosed"
    """`disclosed`, `withheld` or `erased`."""
    reason: str = "not asked for"
    """Why it is withheld or erased."""


def act(number: int, *records: Mapping[str, Any], reason: str = "first assessment") -> list[Entry]:
    """The entries of one act: its head, and one entry for each of `records` (name: value)."""
    common = {"act": f"act-{number}", "actor": "Jo Example", "valid_at": None}
    head = Entry(
        {**common, "action": "act", "kind": "ledger.act", "subject": f"act-{number}"},
        {"count": len(records), "reason": reason},
    )
    return [head] + [
        Entry(
            {**common, "action": "created", "kind": "systems.host", "subject": f"host-{number}-{position}"},
            {"blobs": [], "record": dict(record), "schema": 1},
        )
        for position, record in enumerate(records)
    ]


def acts(count: int, size: int = 4) -> list[Entry]:
    """`count` acts of `size` entries each."""
    return [
        entry
        for number in range(count)
        for entry in act(number, *({"name": f"web-{number}-{at}", "zone": "Köln"} for at in range(size - 1)))
    ]


def salts(index: int) -> tuple[bytes, bytes]:
    """The salts of meta and payload of an entry: not random, so that a test gives the same bytes each run."""
    seed = index.to_bytes(8, "big")
    return hashlib.sha256(seed + b"meta").digest(), hashlib.sha256(seed + b"payload").digest()


@dataclass(slots=True)
class Export:
    """The members of an export by name, to tamper with before `zipped`."""

    leaves: list[bytes]
    members: dict[str, bytes] = field(default_factory=dict)

    def retile(self) -> None:
        """Write leaves and tiles anew from `leaves`, as somebody would who covers tracks."""
        for name in [name for name in self.members if name.startswith("tile/")]:
            del self.members[name]
        hashes = [merkle.leaf_hash(leaf) for leaf in self.leaves]
        for (level, number), data in tiles.grow(0, hashes, _nothing_stored).items():
            self.members[tiles.tile_path(level, number, len(data) // merkle.HASH_SIZE)] = data
        for number, start in enumerate(range(0, len(self.leaves), tiles.WIDTH)):
            part = self.leaves[start : start + tiles.WIDTH]
            self.members[tiles.entries_path(number, len(part))] = tiles.bundle(part)

    def sign(self, by: notes.Signer, origin: str = "") -> bytes:
        """Sign the leaves as they are, and return the checkpoint."""
        root = merkle.root_of([merkle.leaf_hash(leaf) for leaf in self.leaves])
        note = by.sign(notes.Checkpoint(origin or by.name, len(self.leaves), root).text())
        self.members["checkpoint"] = note
        return note

    def openings(self, number: int = 0) -> list[bytes]:
        """The lines of openings of bundle `number`."""
        return self.members[tiles.openings_path(number)].splitlines(keepends=True)

    def zipped(self, method: int = zipfile.ZIP_DEFLATED) -> bytes:
        """The export's bytes."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            for name, data in self.members.items():
                archive.writestr(name, data)
        return target.getvalue()


def export(
    entries: Sequence[Entry],
    by: notes.Signer | None = None,
    *,
    blobs: Iterable[bytes] = (),
    absent: Mapping[str, str] | None = None,
) -> Export:
    """An export of a ledger of `entries`, signed; `absent` gives for a blob's digest why it is left out."""
    by = by or signer()
    log = by.name[-32:]
    lines: list[bytes] = []
    made = Export([])
    for index, entry in enumerate(entries):
        at = canonical.utc_text(START + timedelta(milliseconds=index))
        meta, payload = canonical.encode(entry.meta), canonical.encode(entry.payload)
        meta_salt, payload_salt = salts(index)
        committed = leaves.commit("meta", meta_salt, meta), leaves.commit("payload", payload_salt, payload)
        made.leaves.append(leaves.leaf_bytes(log, at, *committed))
        fields = {
            "disclosed": [meta_salt.hex().encode(), meta, payload_salt.hex().encode(), payload],
            "withheld": [entry.reason.encode()],
            "erased": [meta_salt.hex().encode(), meta, entry.reason.encode()],
        }[entry.state]
        lines.append(b"\t".join([b"%d" % index, entry.state.encode(), *fields]) + b"\n")
    made.retile()
    for number, start in enumerate(range(0, len(lines), tiles.WIDTH)):
        made.members[tiles.openings_path(number)] = b"".join(lines[start : start + tiles.WIDTH])
    for blob in blobs:
        made.members[f"blobs/{hashlib.sha256(blob).hexdigest()}"] = blob
    if absent:
        text = "".join(f"{digest}\t{why}\n" for digest, why in absent.items())
        made.members["blobs/absent"] = text.encode()
    made.members["README.txt"] = b"An export of a Duecare ledger. Get the verifier from somewhere else.\n"
    made.sign(by)
    return made


def build_export(entries: Sequence[Entry], by: notes.Signer | None = None, **options: Any) -> bytes:
    """The bytes of `export` with these arguments."""
    return export(entries, by, **options).zipped()


def _nothing_stored(level: int, number: int) -> bytes:
    raise AssertionError(f"no tile {level}/{number} is stored when a tree grows from nothing")
