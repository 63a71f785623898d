"""Signed notes and checkpoints, against vectors of others; and one rule for Ed25519 that all keep."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from duecare.ledger import duecare_verify
from duecare.ledger.merkle import EMPTY_ROOT
from duecare.ledger.notes import Checkpoint, NoteError, Signer, Verifier, open_note
from tests.ledger import exports
from tests.ledger.vectors import load

TEXT = "If you read this\n\nyou hold a note.\n"
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD = 2**255 - 19
SMALL_ORDER_KEYS = [
    bytes.fromhex(key)
    for key in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
]


def go() -> dict[str, Any]:
    vectors: dict[str, Any] = load("signed_note_go.json")
    return vectors


def go_signer() -> Signer:
    name, _, encoded = go()["skey"].removeprefix("PRIVATE+KEY+").split("+", 2)
    return Signer(name, Ed25519PrivateKey.from_private_bytes(base64.b64decode(encoded)[1:]))


def cosigned() -> tuple[str, Verifier]:
    """The shared note with witness lines, and the witness's key taken for one of type 0x01."""
    vectors = load("sigsum_checkpoint_cosignature.json")
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vectors["seed_hex"]))
    test = vectors["cosign_test"]
    note = f"{test['body']}\n{test['lines']}"
    return note, Signer(test["key_name"], key).verifier


def test_a_note_is_signed_as_gos_library_signs_it() -> None:
    vectors, signer = go(), go_signer()
    assert signer.vkey == vectors["vkey"]
    assert signer.sign(vectors["text"]).decode() == f"{vectors['text']}\n{vectors['sig1']}"


def test_a_note_with_two_signatures_is_opened_by_either_key_or_both() -> None:
    vectors = go()
    note = f"{vectors['text']}\n{vectors['sig1']}{vectors['sig2']}".encode()
    first, second = Verifier.parse(vectors["vkey"]), Verifier.parse(vectors["vkey2"])
    assert open_note(note, [first]) == (vectors["text"], ["PeterNeumann"])
    assert open_note(note, [second]) == (vectors["text"], ["EnochRoot"])
    assert open_note(note, [second, first]) == (vectors["text"], ["PeterNeumann", "EnochRoot"])


def test_a_known_keys_wrong_signature_spoils_the_note_even_beside_a_right_one() -> None:
    vectors = go()
    verifiers = [Verifier.parse(vectors["vkey"]), Verifier.parse(vectors["vkey2"])]
    note = f"{vectors['text'].upper()}\n{vectors['sig1']}{vectors['sig2']}".encode()
    with pytest.raises(NoteError, match="signature by PeterNeumann does not hold"):
        open_note(note, verifiers)
    with pytest.raises(NoteError):
        open_note(vectors["invalid_signature_note"].encode(), verifiers)
    right = go_signer().sign(TEXT)
    wrong = right[:-8] + (b"AAAA" if right[-8:-4] != b"AAAA" else b"BBBB") + right[-4:]
    with pytest.raises(NoteError, match="does not hold"):
        open_note(right + wrong[wrong.rindex("— ".encode()) :], verifiers)


def test_a_note_without_a_known_signature_is_refused_and_says_who_signed() -> None:
    vectors = go()
    note = f"{vectors['text']}\n{vectors['sig1']}".encode()
    for verifiers in ([], [Verifier.parse(vectors["vkey2"])]):
        with pytest.raises(NoteError, match="No signature by a known key; it is signed by PeterNeumann"):
            open_note(note, verifiers)


def test_malformed_notes_are_refused() -> None:
    vectors = go()
    for note in vectors["malformed_notes"]:
        with pytest.raises(NoteError):
            open_note(note.encode(), [Verifier.parse(vectors["vkey"])])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace(b"\xe2\x80\x94 ", b"- "),
        lambda note: note.replace(b"care.example", b"care+example"),
        lambda note: note.replace(b"care.example", "care\u2003example".encode()),
        lambda note: note.replace(b"\n\n\xe2", b"\n\xe2"),
        lambda note: note.replace(b"\n\n\xe2", b"\n\n\n\xe2").replace(b"\n\n\n", b"\n\n \n"),
        lambda note: note.replace(b"you read", b"you\tread"),
        lambda note: note.replace(b"you read", b"you\xffread"),
        lambda note: note.replace(b"=\n", b"\n"),
        lambda note: note[:-1],
        lambda note: note + b"\n",
        lambda note: note + b"\xe2\x80\x94 care.example AAAAAA==\n",
        lambda note: note + b"\xe2\x80\x94 care.example\n",
        lambda note: b"a" * 2**20 + note,
        lambda note: note + b"\xe2\x80\x94 other.example AAAAAAA=\n" * 100,
    ],
)
def test_a_spoilt_note_is_refused(spoil: Any) -> None:
    signer = exports.signer()
    note = signer.sign(TEXT)
    assert open_note(note, [signer.verifier])
    spoilt = spoil(note)
    assert spoilt != note
    with pytest.raises(NoteError):
        open_note(spoilt, [signer.verifier])


def test_lines_of_unknown_keys_and_types_are_passed_over() -> None:
    signer = exports.signer()
    other = b"\xe2\x80\x94 other.example AAAAAAA=\n"
    same_name = b"\xe2\x80\x94 " + signer.name.encode() + b" AAAAAAA=\n"
    assert open_note(signer.sign(TEXT) + other + same_name, [signer.verifier]) == (TEXT, [signer.name])


def test_cosignatures_are_no_proof_of_type_1() -> None:
    note, verifier = cosigned()
    with pytest.raises(NoteError, match="No signature by a known key"):
        open_note(note.encode(), [verifier])


def test_a_checkpoint_of_sigsum_verifies() -> None:
    vectors = load("sigsum_checkpoint_cosignature.json")
    note = vectors["valid_checkpoint"]
    origin = note.split("\n")[0]
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vectors["seed_hex"]))
    text, names = open_note(note.encode(), [Signer(origin, key).verifier])
    assert names == [origin]
    assert Checkpoint.parse(text).size == 10


def test_only_keys_of_type_1_are_taken() -> None:
    vectors = load("cosigv1_vkeys.json")["keys"]
    for case in vectors:
        with_type = case["vkey"].split("+", 2)[-1]
        if not case["want_err"] and base64.b64decode(with_type)[0] == 1:
            assert Verifier.parse(case["vkey"]).vkey == case["vkey"]
        else:
            with pytest.raises(NoteError):
                Verifier.parse(case["vkey"])
    for vkey in [*go()["bad_vkeys"], load("formats_rfc6962_note.json")["rome_vkey"]]:
        with pytest.raises(NoteError):
            Verifier.parse(vkey)


@pytest.mark.parametrize(
    "vkey", ["", "a", "a+b", "a+00000000+", "+{id}+{key}", "a b+{id}+{key}", "x+{id}+{key}"]
)
def test_a_key_with_a_part_missing_or_changed_is_refused(vkey: str) -> None:
    _, key_id, key = exports.signer().vkey.split("+", 2)
    with pytest.raises(NoteError):
        Verifier.parse(vkey.format(id=key_id, key=key))


@pytest.mark.parametrize(
    "key",
    [*SMALL_ORDER_KEYS, (FIELD + 3).to_bytes(32, "little"), b"\xff" * 32, b"k" * 31],
)
def test_a_key_of_small_order_or_in_another_encoding_is_refused(key: bytes) -> None:
    with pytest.raises(NoteError, match="not a sound Ed25519 key"):
        Verifier("care.example", key)


def test_our_rule_for_ed25519_and_the_verifiers_own_agree_on_every_edge_case() -> None:
    """Accepted by us = accepted by OpenSSL and the key neither of small order nor oddly encoded."""
    ours, verifiers, expected = [], [], []
    for case in load("ed25519_edge_cases.json.gz"):
        key, signature, message = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"]), case["msg"].encode()
        flags = case["flags"] or []
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
            openssl = True
        except InvalidSignature:
            openssl = False
        expected.append(openssl and "low_order_A" not in flags and "non_canonical_A" not in flags)
        try:
            ours.append(Verifier("care.example", key).holds(message, signature))
        except NoteError:
            ours.append(False)
        try:
            verifiers.append(duecare_verify.signature_holds(key, message, signature))
        except ValueError:
            verifiers.append(False)
    assert len(expected) == 914
    assert ours == expected
    assert verifiers == expected
    assert 0 < sum(expected) < 914


def test_what_the_edge_cases_have_in_common_with_the_documented_rule() -> None:
    """No accepted case needs the cofactor, an odd encoding, or a key that fits a second text."""
    for case in load("ed25519_edge_cases.json.gz"):
        key, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        try:
            holds = Verifier("care.example", key).holds(case["msg"].encode(), signature)
        except NoteError:
            continue
        if holds:
            refused = {"low_order_residue", "non_canonical_R", "non_canonical_A", "low_order_A"}
            assert not refused.intersection(case["flags"] or [])


@given(st.binary(max_size=200), st.integers(0, 511))
def test_the_verifiers_ed25519_accepts_honest_signatures_and_no_others(text: bytes, bit: int) -> None:
    signer = exports.signer()
    signature = signer.key.sign(text)
    key = signer.verifier.key
    assert duecare_verify.signature_holds(key, text, signature)
    changed = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not duecare_verify.signature_holds(key, text, changed)
    assert not duecare_verify.signature_holds(key, text + b"x", signature)
    s = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    malleated = signature[:32] + s.to_bytes(32, "little")
    assert not duecare_verify.signature_holds(key, text, malleated)
    assert not signer.verifier.holds(text, malleated)


@given(st.integers(0, 2**62), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(size: int, root: bytes) -> None:
    checkpoint = Checkpoint("care.example/duecare/1", size, root)
    assert Checkpoint.parse(checkpoint.text()) == checkpoint
    assert Checkpoint.parse(checkpoint.text() + "extension\nand more\n") == checkpoint


def test_checkpoints_of_others_are_read() -> None:
    notes = load("c2sp_cosig_example.json")["note"], load("formats_rfc6962_note.json")["rome_checkpoint"]
    for note in notes:
        text = note[: note.rindex("\n\n") + 1]
        assert Checkpoint.parse(text).text() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n",
        "o\n0\n",
        "\n0\n{root}\n",
        "o\n0\n{root}",
        "o\n0\n{root}\n\n",
        "o\n0\n{root}\n\nx\n",
        "o\n00\n{root}\n",
        "o\n-1\n{root}\n",
        "o\n+1\n{root}\n",
        "o\n١\n{root}\n",
        "o\n0x1\n{root}\n",
        "o\n12345678901234567890\n{root}\n",
        "o\n0\nAAAA\n",
        "o\n0\n{root} \n",
        "o\n0\nnot base64\n",
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    root = base64.b64encode(EMPTY_ROOT).decode()
    with pytest.raises(NoteError):
        Checkpoint.parse(text.format(root=root))


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "bell\a\n"])
def test_a_text_that_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError, match="ends in a newline"):
        exports.signer().sign(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b"])
def test_a_name_that_cannot_be_a_keys_is_refused(name: str) -> None:
    with pytest.raises(NoteError, match="no key name"):
        Signer(name, exports.signer().key)
