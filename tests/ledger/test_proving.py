"""A proof of one entry holds on its own, and one of anything else cannot be had."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from duecare.errors import NotFound
from duecare.ledger import merkle, notes, sealing
from duecare.ledger.leaves import commit, parse_leaf
from duecare.ledger.models import Payload
from duecare.ledger.proving import opened, prove
from duecare.ledger.recording import record_note
from tests.ledger.library import ACTOR, library, size, sql, unguarded

pytestmark = pytest.mark.usefixtures("home")


def test_every_entry_is_proven_under_a_fresh_checkpoint() -> None:
    library(300)
    root = sealing.root(size())
    for index in (0, 1, 255, 256, size() - 1):
        proof = prove(index)
        merkle.verify_inclusion(index, proof.size, merkle.leaf_hash(proof.leaf), proof.path, root)
        leaf = parse_leaf(proof.leaf)
        assert commit("meta", proof.meta.salt, proof.meta.data) == leaf.meta
        assert proof.payload is not None
        assert commit("payload", proof.payload.salt, proof.payload.data) == leaf.payload


def test_the_json_of_a_proof_is_enough_for_somebody_with_sha256_alone() -> None:
    library()
    told = json.loads(json.dumps(prove(2).as_json()))
    assert told["format"] == "duecare-proof/1"
    node = hashlib.sha256(b"\0" + told["leaf"].encode()).digest()
    assert node.hex() == told["leaf_hash"]
    # Entry 2 of 5: right of 3, then left of (0, 1), then right of 4.
    three, first, four = (bytes.fromhex(part) for part in told["path"])
    node = hashlib.sha256(b"\1" + node + three).digest()
    node = hashlib.sha256(b"\1" + first + node).digest()
    node = hashlib.sha256(b"\1" + node + four).digest()
    assert base64.b64encode(node).decode() in told["checkpoint"]
    notes.open_note(told["checkpoint"].encode(), [sealing.signer().verifier])
    payload = told["openings"]["payload"]
    committed = hashlib.sha256(
        b"duecare/v1/payload\0" + bytes.fromhex(payload["salt"]) + payload["data"].encode()
    )
    assert json.loads(told["leaf"])["payload"] == committed.hexdigest()


def test_an_entry_is_proven_under_an_older_checkpoint_that_covers_it() -> None:
    library()
    old = sealing.checkpoint()
    record_note(ACTOR, "later", "test.note", "x", {})
    proof = prove(4, old)
    assert proof.checkpoint == bytes(old.note)
    merkle.verify_inclusion(4, 5, merkle.leaf_hash(proof.leaf), proof.path, sealing.root(5))
    with pytest.raises(NotFound, match="no entry 5"):
        prove(5, old)


@pytest.mark.parametrize("index", [-1, 5, 10**12])
def test_what_is_not_in_the_log_cannot_be_proven(index: int) -> None:
    library()
    with pytest.raises(NotFound, match="there is no entry"):
        prove(index)


def test_an_entry_without_its_payload_is_proven_all_the_same() -> None:
    library()
    with unguarded():
        sql('DELETE FROM ledger_payload WHERE "index" = 3')
    proof = prove(3)
    assert proof.payload is None
    assert set(proof.as_json()["openings"]) == {"meta"}


def test_a_payload_can_be_shown_decoded() -> None:
    library()
    assert opened(Payload.objects.get(index=0)) == {"count": 4, "reason": "stock the shelf"}
