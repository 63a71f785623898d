"""pymerkle's tree in memory (GPL-3.0: run in its own environment and process, never imported by Duecare)."""

from __future__ import annotations

from pymerkle import InmemoryTree  # type: ignore[import-not-found]


class Peer:
    def __init__(self) -> None:
        self.tree = InmemoryTree(algorithm="sha256")

    def append(self, leaves: list[bytes]) -> None:
        for leaf in leaves:
            self.tree.append_entry(leaf)

    def root(self) -> bytes:
        root: bytes = self.tree.get_root()
        return root

    def prove(self, index: int) -> object:
        return self.tree.prove_inclusion(index + 1, self.tree.get_size())


make = Peer
