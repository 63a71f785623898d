"""The tree, against vectors of others and against RFC 6962 written down literally."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.ledger import merkle
from duecare.ledger.merkle import EMPTY_ROOT, ProofError
from tests.ledger.vectors import load

LEAVES = [f"leaf {index}".encode() for index in range(70)]
sizes = st.integers(0, len(LEAVES))


def mth(leaves: Sequence[bytes]) -> bytes:
    """The definition of RFC 6962, 2.1, as it stands there."""
    if len(leaves) <= 1:
        return hashlib.sha256(b"".join(b"\0" + leaf for leaf in leaves)).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def read(level: int, index: int) -> bytes:
    """Hashes of complete subtrees of LEAVES, and of nothing else."""
    part = LEAVES[index << level : (index + 1) << level]
    assert len(part) == 1 << level, "asked for a subtree that is not complete"
    return mth(part)


def hashes(case: dict[str, Any], name: str) -> Any:
    value = case[name]
    return [b64decode(each) for each in value or []] if name == "proof" else b64decode(value)


def cases(kind: str) -> list[dict[str, Any]]:
    return [case for case in load("merkle_proof_cases.jsonl.gz") if case["case"].startswith(f"{kind}/")]


def test_the_shared_cases_of_inclusion_are_judged_as_they_should_be() -> None:
    judged = []
    for case in cases("inclusion"):
        try:
            merkle.verify_inclusion(
                case["leafIdx"],
                case["treeSize"],
                hashes(case, "leafHash"),
                hashes(case, "proof"),
                hashes(case, "root"),
            )
            judged.append(case["wantErr"] is False or case["case"])
        except ProofError:
            judged.append(case["wantErr"] is True or case["case"])
    assert judged == [True] * 98


def test_the_shared_cases_of_consistency_are_judged_as_they_should_be() -> None:
    judged = []
    for case in cases("consistency"):
        try:
            merkle.verify_consistency(
                case["size1"],
                case["size2"],
                hashes(case, "root1"),
                hashes(case, "root2"),
                hashes(case, "proof"),
            )
            judged.append(case["wantErr"] is False or case["case"])
        except ProofError:
            judged.append(case["wantErr"] is True or case["case"])
    assert judged == [True] * 98


def test_roots_and_nodes_of_the_reference_tree() -> None:
    vectors = load("rfc6962_roots_0_8.json")
    inputs = [bytes.fromhex(each) for each in vectors["leaf_inputs_hex"]]
    leaf_hashes = [merkle.leaf_hash(each) for each in inputs]
    levels = [[bytes.fromhex(each) for each in level] for level in vectors["node_hashes_hex"]]
    assert levels[0] == leaf_hashes
    for below, level in pairwise(levels):
        assert level == [merkle.node_hash(*below[at : at + 2]) for at in range(0, len(below), 2)]
    roots = [bytes.fromhex(each) for each in vectors["root_hashes_hex_by_size"]]
    assert [merkle.root_of(leaf_hashes[:size]) for size in range(9)] == roots
    assert [merkle.root_at(size, lambda level, index: levels[level][index]) for size in range(9)] == roots


@given(sizes)
def test_both_ways_to_a_root_follow_the_definition(size: int) -> None:
    expected = mth(LEAVES[:size])
    assert merkle.root_of([merkle.leaf_hash(leaf) for leaf in LEAVES[:size]]) == expected
    assert merkle.root_at(size, read) == expected


@given(st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_place_only(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, len(LEAVES)))
    proof, root = merkle.inclusion_proof(index, size, read), mth(LEAVES[:size])
    leaf = merkle.leaf_hash(LEAVES[index])
    merkle.verify_inclusion(index, size, leaf, proof, root)
    if other != index:
        with pytest.raises(ProofError):
            merkle.verify_inclusion(other, size, leaf, proof, root)
    with pytest.raises(
        ProofError, match=f"Inclusion proof of entry {index}: expected root {root.hex()}, got"
    ):
        merkle.verify_inclusion(index, size, merkle.leaf_hash(b"other"), proof, root)
    with pytest.raises(ProofError, match="hashes, got"):
        merkle.verify_inclusion(index, size, leaf, [*proof, leaf], root)


@given(st.data())
def test_a_consistency_proof_holds_between_its_two_trees_only(data: st.DataObject) -> None:
    old, new = sorted((data.draw(sizes), data.draw(sizes)))
    proof = merkle.consistency_proof(old, new, read)
    roots = mth(LEAVES[:old]), mth(LEAVES[:new])
    merkle.verify_consistency(old, new, *roots, proof)
    with pytest.raises(ProofError):
        merkle.verify_consistency(old, new, *roots, [*proof, roots[0]])
    if proof:
        with pytest.raises(ProofError):
            merkle.verify_consistency(old, new, *roots, proof[:-1])
    if old:
        with pytest.raises(ProofError):
            merkle.verify_consistency(old, new, merkle.leaf_hash(b"rewritten"), roots[1], proof)
        rewritten = [b"rewritten", *LEAVES[1:new]]
        with pytest.raises(ProofError):
            merkle.verify_consistency(old, new, roots[0], mth(rewritten), proof)


def test_a_tree_never_shrinks() -> None:
    root = mth(LEAVES)
    with pytest.raises(ProofError, match="A tree of 3 cannot continue a tree of 4"):
        merkle.verify_consistency(4, 3, root, root, [])


def test_size_zero_has_one_root() -> None:
    merkle.verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    merkle.verify_consistency(0, 5, EMPTY_ROOT, mth(LEAVES[:5]), [])
    other = merkle.leaf_hash(b"")
    for old_root, new_root, new in [(other, other, 0), (other, mth(LEAVES[:5]), 5), (EMPTY_ROOT, other, 0)]:
        with pytest.raises(ProofError, match=f"Root at size 0: expected {EMPTY_ROOT.hex()}"):
            merkle.verify_consistency(0, new, old_root, new_root, [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_is_made_for_an_entry_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(BadInput, match=f"no entry {index} in a tree of {size}"):
        merkle.inclusion_proof(index, size, read)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(index, size, EMPTY_ROOT, [], EMPTY_ROOT)


def test_no_proof_is_made_from_a_larger_tree_to_a_smaller() -> None:
    with pytest.raises(BadInput, match="from size 5 to size 4"):
        merkle.consistency_proof(5, 4, read)


def test_a_hash_of_another_length_is_refused() -> None:
    with pytest.raises(ProofError, match="32 bytes, got one of 31"):
        merkle.verify_inclusion(0, 1, EMPTY_ROOT[:31], [], EMPTY_ROOT[:31])
