"""Tiles and bundles: paths of the specification, and a stored tree that gives the tree's own hashes."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.ledger import merkle, tiles
from duecare.ledger.tiles import ENTRIES, TileError, TilePath, TileReader
from tests.ledger.vectors import load

HASHES = [merkle.leaf_hash(index.to_bytes(4, "big")) for index in range(70_000)]


class Store(dict[tuple[int, int], bytes]):
    """Tiles as a database would keep them; counts what is fetched."""

    fetched = 0

    def fetch(self, level: int, number: int) -> bytes:
        self.fetched += 1
        return self[level, number]

    def append(self, size: int, hashes: list[bytes]) -> None:
        self.update(tiles.grow(size, hashes, self.fetch))


def stored(size: int) -> Store:
    store = Store()
    store.append(0, HASHES[:size])
    return store


def test_the_shared_paths_are_parsed_and_written() -> None:
    for path, expected in load("tlog_tiles_paths.json")["tile_paths"]:
        _, height, rest = path.split("/", 2)  # Go's paths state the height, which is always 8 here
        if expected is None:
            with pytest.raises(BadInput):
                tiles.parse_tile_path(f"tile/{rest}")
        else:
            _, level, number, width = expected
            parsed = TilePath(level, number, tiles.WIDTH if width == 1 << int(height) else width)
            assert tiles.parse_tile_path(f"tile/{rest}") == parsed
            assert str(parsed) == f"tile/{rest}"


@given(st.integers(-1, 63), st.integers(0, 2**60), st.integers(1, 256))
def test_a_path_is_read_as_it_was_written(level: int, number: int, width: int) -> None:
    path = tiles.entries_path(number, width) if level == ENTRIES else tiles.tile_path(level, number, width)
    assert tiles.parse_tile_path(path) == TilePath(level, number, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",
        "tile/00/001",
        "tile/64/001",
        "tile/-1/001",
        "tile/0/x000/001",
        "tile/0/001/x002",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/05",
        "tile/0/001.p/300",
        "tile/0/٠٠١",
        "tile/data/001",
        "tile/0/001/",
        "/tile/0/001",
        "tile/0/../../001",
    ],
)
def test_a_second_spelling_of_a_path_is_refused(path: str) -> None:
    with pytest.raises(BadInput, match="not the path of a tile"):
        tiles.parse_tile_path(path)


def test_openings_are_filed_like_bundles_but_never_partial() -> None:
    number = 1_234_067
    assert tiles.openings_path(number) == "openings/x001/x234/067"
    assert (
        tiles.entries_path(number)
        == "tile/entries/" + load("tlog_tiles_paths.json")["c2sp_tile_example"]["path_1234067"]
    )


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    shape = load("tlog_tiles_paths.json")["c2sp_tile_example"]
    store = stored(shape["size"])
    widths = {key: len(data) // merkle.HASH_SIZE for key, data in store.items()}
    full = [key for key, width in widths.items() if width == tiles.WIDTH]
    assert sorted(key for key in full) == [*((0, n) for n in range(shape["full_l0"])), (1, 0)]
    assert {key: width for key, width in widths.items() if key not in full} == {
        (0, 273): shape["partial_l0"],
        (1, 1): shape["partial_l1"],
        (2, 0): shape["partial_l2"],
    }


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 700), max_size=6))
def test_a_tree_grown_in_steps_has_the_tiles_of_one_grown_at_once(steps: list[int]) -> None:
    store = Store()
    for before, after in zip([0, *accumulate(steps)], accumulate(steps), strict=False):
        store.append(before, HASHES[before:after])
    assert store == stored(sum(steps))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 69_999])
def test_roots_and_proofs_come_out_of_the_tiles(size: int) -> None:
    store = stored(70_000)  # wider than the trees asked for: a partial tile is the full one's beginning
    reader = TileReader(store.fetch)
    root = merkle.root_of(HASHES[:size])
    assert merkle.root_at(size, reader.node) == root
    for index in {0, size // 3, size - 1}:
        proof = merkle.inclusion_proof(index, size, TileReader(store.fetch).node)
        merkle.verify_inclusion(index, size, HASHES[index], proof, root)
    for old in {1, size // 3 or 1, size}:
        proof = merkle.consistency_proof(old, size, TileReader(store.fetch).node)
        merkle.verify_consistency(old, size, merkle.root_of(HASHES[:old]), root, proof)


def test_a_proof_fetches_each_tile_once() -> None:
    store = stored(70_000)
    store.fetched = 0
    merkle.inclusion_proof(40_000, 70_000, TileReader(store.fetch).node)
    assert store.fetched <= 5


@pytest.mark.parametrize("cut", [32, 33])
def test_a_tile_that_is_too_short_is_named(cut: int) -> None:
    store = stored(600)
    store[0, 2] = store[0, 2][:-cut]
    with pytest.raises(TileError, match="tile/0/002"):
        merkle.root_at(600, TileReader(store.fetch).node)
    with pytest.raises(TileError, match="tile/0/002"):
        store.append(600, HASHES[600:601])


@given(st.lists(st.binary(max_size=400), max_size=256))
def test_a_bundle_gives_its_leaves_back(leaves: list[bytes]) -> None:
    assert tiles.unbundle(tiles.bundle(leaves)) == leaves


def test_a_bundle_has_lengths_of_two_bytes_before_its_leaves() -> None:
    assert tiles.bundle([b"", b"ab", b"c" * 300]) == b"\0\0" + b"\0\2ab" + b"\1\x2c" + b"c" * 300


@pytest.mark.parametrize("data", [b"\0", b"\0\2a", b"\0\1ab"])
def test_a_bundle_that_is_cut_off_is_refused(data: bytes) -> None:
    with pytest.raises(TileError, match="cut off"):
        tiles.unbundle(data)


def test_what_does_not_fit_into_a_bundle_is_refused() -> None:
    with pytest.raises(BadInput, match="65536 bytes"):
        tiles.bundle([b"x" * 65_536])
    with pytest.raises(BadInput, match="257 leaves"):
        tiles.bundle([b""] * 257)
    with pytest.raises(TileError, match="257 leaves"):
        tiles.unbundle(b"\0\0" * 257)


def test_there_is_no_tile_before_the_first() -> None:
    with pytest.raises(BadInput, match="no tile -1"):
        tiles.tile_path(0, -1)
