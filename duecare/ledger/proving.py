"""Proofs that one entry is in the log, and that one checkpoint extends another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from duecare.errors import NotFound
from duecare.ledger import merkle, sealing
from duecare.ledger.leaves import Opening
from duecare.ledger.merkle import leaf_hash
from duecare.ledger.models import Checkpoint, Entry, Payload


@dataclass(frozen=True, slots=True)
class Proof:
    """All that is needed to check one entry against one checkpoint with other tools."""

    index: int
    size: int
    leaf: bytes
    path: tuple[bytes, ...]
    checkpoint: bytes
    """The signed note."""
    meta: Opening
    payload: Opening | None
    """None when it was erased."""

    def as_json(self) -> dict[str, Any]:
        """Hex for hashes and salts, text for what was hashed."""
        opened: dict[str, Any] = {
            "meta": {"salt": self.meta.salt.hex(), "data": self.meta.data.decode()},
        }
        if self.payload is not None:
            opened["payload"] = {"salt": self.payload.salt.hex(), "data": self.payload.data.decode()}
        return {
            "format": "duecare-proof/1",
            "index": self.index,
            "size": self.size,
            "leaf": self.leaf.decode(),
            "leaf_hash": leaf_hash(self.leaf).hex(),
            "path": [part.hex() for part in self.path],
            "checkpoint": self.checkpoint.decode(),
            "openings": opened,
        }


def prove(index: int, checkpoint: Checkpoint | None = None, using: str = "default") -> Proof:
    """Prove that entry `index` is in the tree of a checkpoint, by default a fresh one of the whole log.

    Raises NotFound if there is no such entry under that checkpoint.
    """
    checkpoint = checkpoint or sealing.checkpoint(using)
    entry = Entry.objects.using(using).filter(index=index).first()
    if entry is None or index >= checkpoint.size:
        raise NotFound(
            f"The checkpoint covers {checkpoint.size:,} entries; there is no entry {index}.",
            "Entries count from 0.",
        )
    payload = Payload.objects.using(using).filter(index=index).first()
    return Proof(
        index,
        checkpoint.size,
        bytes(entry.leaf),
        tuple(merkle.inclusion_proof(index, checkpoint.size, sealing.reader(using).node)),
        bytes(checkpoint.note),
        Opening(bytes(entry.meta_salt), bytes(entry.meta)),
        None if payload is None else Opening(bytes(payload.salt), bytes(payload.data)),
    )


def opened(payload: Payload) -> dict[str, Any]:
    """The decoded content of a payload, for showing."""
    content: dict[str, Any] = json.loads(bytes(payload.data))
    return content
