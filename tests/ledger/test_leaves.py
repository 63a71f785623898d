"""Leaves: the exact bytes that the tree hashes, and commitments that hide and bind."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput, Tampered
from duecare.ledger import canonical
from duecare.ledger.leaves import Leaf, commit, leaf_bytes, parse_leaf
from tests.ledger.exports import LOG

digests = st.binary(min_size=32, max_size=32)
LEAF = leaf_bytes(LOG, "2026-11-23T14:17:25.123456Z", b"m" * 32, b"p" * 32)


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)), digests, digests)  # noqa: DTZ001
def test_a_leaf_is_the_canonical_json_of_its_parts(moment: datetime, meta: bytes, payload: bytes) -> None:
    at = canonical.utc_text(moment)
    data = leaf_bytes(LOG, at, meta, payload)
    assert canonical.decode(data) == {
        "at": at,
        "log": LOG,
        "meta": meta.hex(),
        "payload": payload.hex(),
        "v": 1,
    }
    assert parse_leaf(data) == Leaf(at, LOG, meta, payload)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":1,"w":1'),
        (b'"v":1', b'"v":1,"v":1'),
        (b"{", b"{ "),
        (b"}", b"}\n"),
        (b"Z", b"+00:00"),
        (b".123456", b".123"),
        (b"2026-11-23", b"2026-13-23"),
        (b"14:17", b"24:17"),
        (b"6d6d", b"6D6D"),
        (b"0123", b"012"),
        (b"2026", "٢٠٢٦".encode()),
        (LEAF, b""),
    ],
)
def test_any_other_bytes_are_no_leaf(old: bytes, new: bytes) -> None:
    changed = LEAF.replace(old, new, 1)
    assert changed != LEAF
    with pytest.raises(Tampered, match="Not a leaf"):
        parse_leaf(changed)


def test_a_commitment_is_the_documented_hash() -> None:
    salt, data = bytes(range(32)), b'{"a":1}'
    assert commit("meta", salt, data) == hashlib.sha256(b"duecare/v1/meta\0" + salt + data).digest()
    assert commit("payload", salt, data) == hashlib.sha256(b"duecare/v1/payload\0" + salt + data).digest()


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_salt_of_another_length_is_refused_because_it_could_take_from_the_data(size: int) -> None:
    with pytest.raises(BadInput, match=f"32 bytes, got {size}"):
        commit("meta", b"s" * size, b"{}")
