"""The tree: what makes every entry's place and bytes provable against 32 bytes.

RFC 6962, section 2.1, with SHA-256; proofs are made and checked as RFC 9162, sections 2.1.3 (inclusion) and
2.1.4 (consistency), describes. Hashes are 32 raw bytes throughout, indexes count leaves from 0, and the
root of the empty tree is SHA-256 of nothing. A hash of a complete subtree never changes once it exists;
all that follows is made of those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from duecare.errors import BadInput, Tampered

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256().digest()

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""`read(level, index)`: the hash over the leaves from `index * 2**level` to `(index + 1) * 2**level`."""


class ProofError(Tampered):
    """A proof or root does not show what it should."""


# A copy of a hash begun costs two thirds of beginning one.
_LEAF = hashlib.sha256(b"\0")
_NODE = hashlib.sha256(b"\1")


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf's bytes. The prefix keeps a leaf from passing for a node."""
    hashing = _LEAF.copy()
    hashing.update(data)
    return hashing.digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """The hash of each leaf; of a million, sooner than one by one."""
    copy, hashes = _LEAF.copy, []
    for leaf in leaves:
        hashing = copy()
        hashing.update(leaf)
        hashes.append(hashing.digest())
    return hashes


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbouring subtrees."""
    hashing = _NODE.copy()
    hashing.update(left + right)
    return hashing.digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, in order; works for any number of them, 0 included."""
    if not hashes:
        return EMPTY_ROOT
    level = hashes
    while len(level) > 1:
        pairs = iter(level)
        above = [node_hash(left, right) for left, right in zip(pairs, pairs, strict=False)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def root_at(size: int, read: NodeReader) -> bytes:
    """The root of the tree's first `size` leaves."""
    return _range_hash(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """The hashes, from the leaf up, that lead from leaf `index` to the root at `size` (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise BadInput(f"There is no entry {index} in a tree of {size}.", "Ask for one that is in the tree.")
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(_range_hash(middle, end, read))
            end = middle
        else:
            proof.append(_range_hash(begin, middle, read))
            begin = middle
    proof.reverse()
    return proof


def consistency_proof(old: int, new: int, read: NodeReader) -> list[bytes]:
    """The hashes that show the tree at `old` to be the beginning of the tree at `new` (RFC 9162, 2.1.4.1).

    Empty when `old` is 0 or equals `new`: there is nothing to show then.
    """
    if not 0 <= old <= new:
        raise BadInput(f"No proof leads from size {old} to size {new}.", "Give the smaller size first.")
    if old in (0, new):
        return []
    proof: list[bytes] = []
    begin, end = 0, new
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            proof.append(_range_hash(middle, end, read))
            end = middle
        else:
            proof.append(_range_hash(begin, middle, read))
            begin = middle
    if begin:  # else what is left is the whole old tree, whose root the reader knows
        proof.append(_range_hash(begin, end, read))
    proof.reverse()
    return proof


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless `proof` leads from `leaf_hash` at `index` to `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofError(f"Entry {index} cannot be in a tree of {size}.")
    _check_hashes(leaf_hash, root, *proof)
    inner = (index ^ (size - 1)).bit_length()  # below it a sibling may stand on either side, above only left
    expected = inner + (index >> inner).bit_count()
    if len(proof) != expected:
        raise ProofError(f"Inclusion proof of entry {index}: expected {expected} hashes, got {len(proof)}.")
    got = _climb(leaf_hash, index, inner, proof)
    if got != root:
        raise ProofError(
            f"Inclusion proof of entry {index}: expected root {root.hex()}, got {got.hex()}.",
            "The entry, its place or the proof was changed.",
        )


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise ProofError unless `proof` shows the old tree to begin the new one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old_size <= new_size:
        raise ProofError(f"A tree of {new_size} cannot continue a tree of {old_size}.")
    for size, root in ((old_size, old_root), (new_size, new_root)):
        if size == 0 and root != EMPTY_ROOT:
            raise ProofError(f"Root at size 0: expected {EMPTY_ROOT.hex()}, got {root.hex()}.")
    if old_size in (0, new_size) and proof:
        raise ProofError(f"Consistency from {old_size} to {new_size}: expected no hashes, got {len(proof)}.")
    if old_size == new_size:
        if old_root != new_root:
            raise ProofError(f"Two roots at size {new_size}: {old_root.hex()} and {new_root.hex()}.")
        return
    _check_hashes(old_root, new_root, *proof)
    if old_size == 0:  # every tree continues the empty one
        return
    # The seed is the largest complete subtree that ends the old tree: the last place both trees share.
    level = (old_size & -old_size).bit_length() - 1
    whole = old_size == 1 << level
    seed, rest = (old_root, proof) if whole else (proof[0] if proof else b"", proof[1:])
    index = (old_size - 1) >> level
    inner = (index ^ ((new_size - 1) >> level)).bit_length()
    expected = inner + (index >> inner).bit_count() + (not whole)
    if len(proof) != expected:
        raise ProofError(
            f"Consistency from {old_size} to {new_size}: expected {expected} hashes, got {len(proof)}."
        )
    old_side = [rest[i] for i in range(len(rest)) if i >= inner or index >> i & 1]
    for what, size, want, got in (
        ("old", old_size, old_root, _climb(seed, 0, 0, old_side)),
        ("new", new_size, new_root, _climb(seed, index, inner, rest)),
    ):
        if got != want:
            raise ProofError(
                f"Consistency from {old_size} to {new_size}: expected {what} root {want.hex()} "
                f"at size {size}, got {got.hex()}.",
                "The record before the smaller size was changed.",
            )


def _climb(seed: bytes, index: int, inner: int, siblings: Sequence[bytes]) -> bytes:
    """Hash `seed` together with its siblings upwards; from the `inner`-th on they all stand to the left."""
    for height, sibling in enumerate(siblings):
        left = height >= inner or index >> height & 1
        seed = node_hash(sibling, seed) if left else node_hash(seed, sibling)
    return seed


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (at least 2): where RFC 6962 parts a tree."""
    return 1 << (size - 1).bit_length() - 1


def _range_hash(begin: int, end: int, read: NodeReader) -> bytes:
    """The hash over leaves `begin` to `end`, a range that a tree of `end` leaves has as one subtree."""
    parts: list[bytes] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        parts.append(read(level, begin >> level))
        begin += 1 << level
    result = parts.pop()
    while parts:
        result = node_hash(parts.pop(), result)
    return result


def _check_hashes(*hashes: bytes) -> None:
    for each in hashes:
        if len(each) != HASH_SIZE:
            raise ProofError(f"A hash has {HASH_SIZE} bytes, got one of {len(each)}.")
