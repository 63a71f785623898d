"""Our tree: tiles grown batch by batch, proofs read from them."""

from __future__ import annotations

from duecare.ledger import merkle
from duecare.ledger.tiles import TileReader, grow


class Tiles:
    def __init__(self) -> None:
        self.size = 0
        self.tiles: dict[tuple[int, int], bytes] = {}

    def _fetch(self, level: int, number: int) -> bytes:
        return self.tiles[level, number]

    def append(self, leaves: list[bytes]) -> None:
        self.tiles.update(grow(self.size, [merkle.leaf_hash(leaf) for leaf in leaves], self._fetch))
        self.size += len(leaves)

    def root(self) -> bytes:
        return merkle.root_at(self.size, TileReader(self._fetch).node)

    def prove(self, index: int) -> object:
        return merkle.inclusion_proof(index, self.size, TileReader(self._fetch).node)


make = Tiles
