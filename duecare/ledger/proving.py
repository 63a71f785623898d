"""Proofs that one entry is in the log, and that one checkpoint extends another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.ledger import merkle, sealing
from duecare.ledger.leaves import Opening
from duecare.ledger.merkle import leaf_hash
from duecare.ledger.models import Checkpoint, Entry, Payload
from duecare.ledger.records import confined_kinds
from duecare.words import number


@dataclass(frozen=True, slots=True)
class Proof:
    """All that is needed to check one entry against one checkpoint with other tools."""

    index: int
    size: int
    leaf: bytes
    path: tuple[bytes, ...]
    checkpoint: bytes
    """The signed note."""
    meta: Opening | None
    """None when the entry is withheld."""
    payload: Opening | None
    """None when it was erased, or the entry is withheld."""

    def as_json(self) -> dict[str, Any]:
        """Hex for hashes and salts, text for what was hashed."""
        opened: dict[str, Any] = {}
        if self.meta is not None:
            opened["meta"] = {"salt": self.meta.salt.hex(), "data": self.meta.data.decode()}
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


def prove(
    index: int, checkpoint: Checkpoint | None = None, using: str = "default", *, confined: bool = False
) -> Proof:
    """Prove that entry `index` is in the tree of a checkpoint, by default a fresh one of the whole log.

    What is withheld is proven without being opened, unless `confined` says that this is for its own room.
    Raises NotFound if there is no such entry under that checkpoint.
    """
    checkpoint = checkpoint or sealing.checkpoint(using)
    with connections[using].cursor() as cursor:
        cursor.execute(_SELECT, [index])
        row = cursor.fetchone()
    if row is None or index >= checkpoint.size:
        raise NotFound(
            _("The checkpoint covers %(size)s entries; there is no entry %(index)s.")
            % {"size": number(checkpoint.size), "index": index},
            _("Entries count from 0."),
        )
    leaf, meta_salt, meta = map(bytes, row[:3])
    salt, data, first_kind = row[3:]
    opens = confined or first_kind not in confined_kinds()
    return Proof(
        index,
        checkpoint.size,
        leaf,
        tuple(merkle.inclusion_proof(index, checkpoint.size, sealing.reader(using).node)),
        bytes(checkpoint.note),
        Opening(meta_salt, meta) if opens else None,
        Opening(bytes(salt), bytes(data)) if opens and data is not None else None,
    )


_SELECT = (
    'SELECT e."leaf", e."meta_salt", e."meta", p."salt", p."data", f."kind" '  # noqa: S608
    f'FROM "{Entry._meta.db_table}" e LEFT JOIN "{Payload._meta.db_table}" p ON p."index" = e."index" '
    f'LEFT JOIN "{Entry._meta.db_table}" f ON f."index" = e."head" + 1 '
    'WHERE e."index" = %s'
)


def opened(payload: Payload) -> dict[str, Any]:
    """The decoded content of a payload, for showing."""
    content: dict[str, Any] = json.loads(bytes(payload.data))
    return content
