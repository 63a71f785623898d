"""What is sealed opens in its own place under its own key, whole or not at all."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import assume, given
from hypothesis import strategies as st

from duecare.errors import BadInput, Tampered
from duecare.program.matter_seal import (
    BLOCK,
    KEY_SIZE,
    NONCE_SIZE,
    Place,
    lock,
    open_bytes,
    open_text,
    record_key,
    seal_bytes,
    seal_text,
)

keys = st.binary(min_size=KEY_SIZE, max_size=KEY_SIZE)
nonces = st.binary(min_size=NONCE_SIZE, max_size=NONCE_SIZE)
texts = st.text(max_size=600)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
places = st.builds(Place, names, names, names)
HERE = Place("k3abc", "k3abcm4def", "title")


def body(sealed: str) -> bytes:
    text = sealed.removeprefix("m1.")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def spelled(data: bytes) -> str:
    return "m1." + urlsafe_b64encode(data).rstrip(b"=").decode()


@given(keys, places, texts, nonces)
def test_a_text_comes_back_as_it_was(key: bytes, place: Place, text: str, nonce: bytes) -> None:
    sealed = seal_text(key, place, text, nonce)
    assert open_text(key, place, sealed) == text
    assert sealed.isascii()


@given(keys, places, st.binary(max_size=600), nonces)
def test_a_file_comes_back_as_it_was(key: bytes, place: Place, data: bytes, nonce: bytes) -> None:
    assert open_bytes(key, place, seal_bytes(key, place, data, nonce)) == data


@given(keys, nonces, places, places, texts)
def test_what_was_moved_to_another_matter_record_or_field_does_not_open(
    key: bytes, nonce: bytes, place: Place, other: Place, text: str
) -> None:
    assume(place != other)
    with pytest.raises(Tampered, match="moved here from elsewhere"):
        open_text(key, other, seal_text(key, place, text, nonce))
    with pytest.raises(Tampered):
        open_bytes(key, other, seal_bytes(key, place, text.encode(), nonce))


@given(keys, keys, nonces, texts)
def test_another_key_opens_nothing(key: bytes, other: bytes, nonce: bytes, text: str) -> None:
    assume(key != other)
    with pytest.raises(Tampered):
        open_text(other, HERE, seal_text(key, HERE, text, nonce))


@given(keys, nonces, texts, st.data())
def test_a_flipped_bit_is_refused_with_the_field_and_the_next_step(
    key: bytes, nonce: bytes, text: str, data: st.DataObject
) -> None:
    sealed = bytearray(body(seal_text(key, HERE, text, nonce)))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(Tampered) as refused:
        open_text(key, HERE, spelled(bytes(sealed)))
    assert refused.value.what.startswith("title of k3abcm4def does not open")
    assert "ledger verify" in refused.value.next_step


@given(keys, nonces, st.binary(max_size=300), st.data())
def test_a_flipped_bit_of_a_file_is_refused(
    key: bytes, nonce: bytes, content: bytes, data: st.DataObject
) -> None:
    sealed = bytearray(seal_bytes(key, HERE, content, nonce))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(Tampered):
        open_bytes(key, HERE, bytes(sealed))


@given(keys, nonces, texts, st.data())
def test_what_was_cut_short_is_refused(key: bytes, nonce: bytes, text: str, data: st.DataObject) -> None:
    sealed = seal_text(key, HERE, text, nonce)
    with pytest.raises(Tampered):
        open_text(key, HERE, sealed[: data.draw(st.integers(0, len(sealed) - 1))])


@given(st.text(max_size=200))
def test_what_was_never_sealed_is_refused_and_breaks_nothing(text: str) -> None:
    for attempt in (text, f"m1.{text}"):
        with pytest.raises(Tampered):
            open_text(bytes(KEY_SIZE), HERE, attempt)
    with pytest.raises(Tampered):
        open_bytes(bytes(KEY_SIZE), HERE, text.encode())


def test_one_sealed_text_has_one_spelling() -> None:
    key = secrets.token_bytes(KEY_SIZE)
    sealed = seal_text(key, HERE, "x", secrets.token_bytes(NONCE_SIZE))
    for other in (f"{sealed}=", f"{sealed}\n", f" {sealed}", sealed.replace("m1.", "M1."), f"{sealed}!"):
        with pytest.raises(Tampered):
            open_text(key, HERE, other)


@given(texts, texts)
def test_the_length_tells_no_more_than_how_many_blocks_a_text_fills(one: str, other: str) -> None:
    key = bytes(KEY_SIZE)
    blocks = [len(text.encode()) // BLOCK for text in (one, other)]
    lengths = [len(seal_text(key, HERE, text, bytes(NONCE_SIZE))) for text in (one, other)]
    assert (blocks[0] == blocks[1]) == (lengths[0] == lengths[1])


def test_it_is_plain_aes_gcm_that_another_program_opens() -> None:
    key, nonce = bytes(range(32)), bytes(range(12))
    data = body(seal_text(key, HERE, "on a train", nonce))
    bound = b"duecare/v1/matter\0k3abc\0k3abcm4def\0title"
    assert data[:12] == nonce
    opened = AESGCM(key).decrypt(nonce, data[12:], bound)
    assert opened == b"on a train\x80".ljust(BLOCK, b"\0")


@pytest.mark.parametrize(("key", "nonce"), [(bytes(16), bytes(12)), (bytes(32), bytes(16)), (b"", b"")])
def test_a_key_or_nonce_of_another_size_is_refused(key: bytes, nonce: bytes) -> None:
    with pytest.raises(BadInput, match="32 bytes and a nonce 12"):
        seal_text(key, HERE, "x", nonce)
    with pytest.raises(BadInput):
        seal_bytes(key, HERE, b"x", nonce)


def test_a_place_whose_names_hold_a_zero_byte_is_refused() -> None:
    with pytest.raises(BadInput):
        seal_text(bytes(32), Place("a\0b", "c", "d"), "x", bytes(12))


@given(keys, keys, st.lists(st.tuples(names, names), min_size=2, max_size=2, unique=True))
def test_each_record_of_each_matter_has_a_key_of_its_own(
    key: bytes, other: bytes, records: list[tuple[str, str]]
) -> None:
    one, two = (record_key(key, *record) for record in records)
    assert len({key, one, two, lock(one), lock(two)}) == 5
    assert one == record_key(key, *records[0])
    assert (record_key(other, *records[0]) == one) == (key == other)


def test_the_key_of_a_record_is_that_of_rfc_5869() -> None:
    key = bytes(range(32))
    extracted = hmac.digest(bytes(32), key, "sha256")
    info = b"duecare/v1/matter\0k3abc\0k3abcm4def\0"
    assert record_key(key, "k3abc", "k3abcm4def") == hmac.digest(extracted, info + b"\1", "sha256")


def test_a_matter_key_of_another_size_is_refused() -> None:
    with pytest.raises(BadInput, match="has 32 bytes, got 16"):
        record_key(bytes(16), "k3abc", "k3abcm4def")
