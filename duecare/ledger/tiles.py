"""Tiles and bundles: how the tree and its leaves are stored, cut so that nothing written ever changes.

C2SP tlog-tiles (https://c2sp.org/tlog-tiles), height 8. A hash tile at level L holds up to 256 hashes of
complete subtrees of 256**L leaves; only a full tile is hashed into the level above. An entry bundle holds
up to 256 leaves. A partial tile is the beginning of the full one, so a wider tile always serves too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from duecare.errors import BadInput, Tampered
from duecare.ledger.merkle import HASH_SIZE, root_of

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_LEVEL = 63
ENTRIES = -1
"""The level that stands for entry bundles in a TilePath."""
MAX_LEAF = 0xFFFF
"""Most bytes of a leaf: what a bundle's length prefix can say."""

TileFetch: TypeAlias = Callable[[int, int], bytes]
"""`fetch(level, number)`: the bytes of a stored hash tile, perhaps wider than needed."""

_PATH = re.compile(r"tile/(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


class TileError(Tampered):
    """A stored tile or bundle is not what the tree needs."""


@dataclass(frozen=True, slots=True)
class TilePath:
    """What a path says: level (`ENTRIES` for a bundle), number in the level, width in hashes or leaves."""

    level: int
    number: int
    width: int = WIDTH

    def __str__(self) -> str:
        level = "entries" if self.level == ENTRIES else self.level
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_grouped(self.number)}{partial}"


def tile_path(level: int, number: int, width: int = WIDTH) -> str:
    """The path of a hash tile, such as `tile/0/x001/x234/067.p/5`."""
    return str(TilePath(level, number, width))


def entries_path(number: int, width: int = WIDTH) -> str:
    """The path of an entry bundle, such as `tile/entries/000.p/7`."""
    return str(TilePath(ENTRIES, number, width))


def openings_path(number: int) -> str:
    """The path of the openings of bundle `number` in an export; never partial."""
    return f"openings/{_grouped(number)}"


def parse_tile_path(path: str) -> TilePath:
    """The one tile or bundle that `path` names; a second spelling of it is refused."""
    match = _PATH.fullmatch(path)
    if match:
        level, number, width = match.groups()
        digits = number.replace("x", "").replace("/", "")
        parsed = TilePath(ENTRIES if level == "entries" else int(level), int(digits), int(width or WIDTH))
        if parsed.level <= MAX_LEVEL and parsed.width <= WIDTH and str(parsed) == path:
            return parsed
    raise BadInput(f"{path!r} is not the path of a tile.", "Write it as tile/<L>/<N> or tile/<L>/<N>.p/<W>.")


@dataclass(slots=True)
class TileReader:
    """Reads the tree's hashes from stored tiles: `node` is a merkle.NodeReader.

    Each tile is fetched once and kept, so make a new reader for each proof or root.
    """

    fetch: TileFetch
    _tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def node(self, level: int, index: int) -> bytes:
        """The hash over leaves `index * 2**level` up to `(index + 1) * 2**level`."""
        tile_level, height = divmod(level, HEIGHT)
        number, first = divmod(index << height, WIDTH)
        key = (tile_level, number)
        if key not in self._tiles:
            self._tiles[key] = self.fetch(tile_level, number)
        return _subtree(_slice(self._tiles[key], first, first + (1 << height), key))


def grow(size: int, new_leaf_hashes: Sequence[bytes], fetch: TileFetch) -> dict[tuple[int, int], bytes]:
    """The new full contents of every tile that changes when leaves join a tree of `size`.

    Keys are (level, number). `fetch` is asked only for the partial tiles at the right edge of the old tree.
    """
    changed: dict[tuple[int, int], bytes] = {}
    level, fresh = 0, list(new_leaf_hashes)
    while fresh:
        number, filled = divmod(size, WIDTH)
        if filled:
            edge = _slice(fetch(level, number), 0, filled, (level, number))
            fresh = [edge[at : at + HASH_SIZE] for at in range(0, len(edge), HASH_SIZE)] + fresh
        for start in range(0, len(fresh), WIDTH):
            changed[level, number + start // WIDTH] = b"".join(fresh[start : start + WIDTH])
        full = range(0, len(fresh) - WIDTH + 1, WIDTH)
        fresh = [root_of(fresh[start : start + WIDTH]) for start in full]
        level, size = level + 1, number
    return changed


def bundle(leaves: Iterable[bytes]) -> bytes:
    """The entry bundle of at most 256 `leaves`: for each a big-endian 16-bit length and its bytes."""
    parts: list[bytes] = []
    for leaf in leaves:
        if len(leaf) > MAX_LEAF:
            raise BadInput(f"A leaf of {len(leaf)} bytes.", f"Keep it to {MAX_LEAF} bytes.")
        parts += (len(leaf).to_bytes(2, "big"), leaf)
    if len(parts) > 2 * WIDTH:
        raise BadInput(f"A bundle of {len(parts) // 2} leaves.", f"Put at most {WIDTH} into one.")
    return b"".join(parts)


def unbundle(data: bytes) -> list[bytes]:
    """The leaves of an entry bundle, in order."""
    leaves: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise TileError(f"Leaf {len(leaves)} of an entry bundle is cut off.", "Rebuild the tiles.")
        leaves.append(data[start:at])
    if len(leaves) > WIDTH:
        raise TileError(
            f"An entry bundle holds {len(leaves)} leaves, more than {WIDTH}.", "Rebuild the tiles."
        )
    return leaves


def _grouped(number: int) -> str:
    """`number` in groups of three digits, all but the last with `x` before them: 1234067 is x001/x234/067."""
    if number < 0:
        raise BadInput(f"There is no tile {number}.", "Count from 0.")
    groups = f"{number % 1000:03}"
    while number := number // 1000:
        groups = f"x{number % 1000:03}/{groups}"
    return groups


@lru_cache(maxsize=1024)
def _subtree(hashes: bytes) -> bytes:
    """The root over hashes that lie one after the other. Remembered by content: a changed tile is new.

    The tiles above level 0 are few and in every proof, and cost it half its time.
    """
    return root_of([hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)])


def _slice(tile: bytes, first: int, end: int, key: tuple[int, int]) -> bytes:
    """The bytes of hashes `first` to `end` of a tile."""
    if len(tile) < end * HASH_SIZE or len(tile) % HASH_SIZE:
        raise TileError(
            f"Tile {tile_path(*key)} has {len(tile)} bytes where {end} hashes are needed.",
            "Rebuild the tiles.",
        )
    return tile[first * HASH_SIZE : end * HASH_SIZE]
