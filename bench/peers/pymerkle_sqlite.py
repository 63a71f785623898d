"""pymerkle's tree in SQLite, its durable form (GPL-3.0: run in its own environment and process)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pymerkle import SqliteTree  # type: ignore[import-not-found]


class Peer:
    def __init__(self) -> None:
        self.place = tempfile.TemporaryDirectory()
        self.tree = SqliteTree(str(Path(self.place.name) / "tree.db"), algorithm="sha256")

    def append(self, leaves: list[bytes]) -> None:
        self.tree.append_entries(leaves)

    def root(self) -> bytes:
        root: bytes = self.tree.get_root()
        return root

    def prove(self, index: int) -> object:
        return self.tree.prove_inclusion(index + 1, self.tree.get_size())


make = Peer
