"""Signatures of approvals: what a person signed is accepted, and nothing that differs in anything is.

The oracle is an authenticator of our own (`authenticator.py`) that signs exactly what the standard says; the
sign-in library's own check (python-fido2) agrees on what both can check.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fido2.cose import CoseKey
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput, DuecareError, Refused
from duecare.program import signing
from duecare.program.signing import AT, BE, BS, ED, UP, UV, Assertion, challenge, check, check_signed
from tests.program.authenticator import (
    ORIGIN,
    SITE,
    Authenticator,
    authenticator_data,
    client_data,
    cose_key,
    new_key,
)

ALGORITHMS = ("ES256", "RS256", "EdDSA")
MAKERS = {name: Authenticator(new_key(name)) for name in ALGORITHMS}
COMMITMENT = hashlib.sha256(b"an entry").digest()
APPROVED = challenge("approved", COMMITMENT)
commitments = st.binary(min_size=32, max_size=32)


def accepted(assertion: Assertion, pem: str, expected: bytes = APPROVED) -> bool:
    try:
        check(assertion, pem, expected, {ORIGIN}, SITE)
    except DuecareError:
        return False
    return True


# ── What is signed ───────────────────────────────────────────────────────────────────────────────────────


def test_the_challenge_is_the_hash_of_tag_decision_and_commitment() -> None:
    wanted = hashlib.sha256(b"duecare/v1/approval\x00approved\x00" + COMMITMENT).digest()
    assert challenge("approved", COMMITMENT) == wanted


@given(commitments, commitments, st.sampled_from(["approved", "refused"]))
def test_every_decision_about_every_entry_has_a_challenge_of_its_own(
    one: bytes, other: bytes, decided: str
) -> None:
    assert challenge("approved", one) != challenge("refused", one)
    assert (challenge(decided, one) == challenge(decided, other)) == (one == other)


@pytest.mark.parametrize("commitment", [b"", b"x" * 31, b"x" * 33])
def test_a_commitment_has_32_bytes(commitment: bytes) -> None:
    with pytest.raises(BadInput):
        challenge("approved", commitment)


# ── What is accepted ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(commitment=commitments, decided=st.sampled_from(["approved", "refused"]))
def test_what_a_person_signed_is_accepted_and_holds_for_nothing_else(
    algorithm: str, commitment: bytes, decided: str
) -> None:
    maker = MAKERS[algorithm]
    made = maker.assertion(challenge(decided, commitment))
    assert accepted(made, maker.pem, challenge(decided, commitment))
    other = "refused" if decided == "approved" else "approved"
    assert not accepted(made, maker.pem, challenge(other, commitment))
    assert not accepted(made, maker.pem, challenge(decided, hashlib.sha256(commitment).digest()))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(data=st.data())
def test_no_bit_of_what_was_signed_can_be_changed(algorithm: str, data: st.DataObject) -> None:
    maker = MAKERS[algorithm]
    made = maker.assertion(APPROVED)
    name = data.draw(st.sampled_from(["authenticator_data", "client_data", "signature"]))
    before: bytes = getattr(made, name)
    at = data.draw(st.integers(0, 2**16)) % (len(before) * 8)  # the length of a signature varies
    after = bytearray(before)
    after[at // 8] ^= 1 << at % 8
    assert not accepted(replace(made, **{name: bytes(after)}), maker.pem)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_key_of_the_same_kind_does_not_do(algorithm: str) -> None:
    made = MAKERS[algorithm].assertion(APPROVED)
    assert not accepted(made, Authenticator(new_key(algorithm)).pem)
    for other in set(ALGORITHMS) - {algorithm}:
        assert not accepted(made, MAKERS[other].pem)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_sign_in_librarys_own_check_agrees(algorithm: str) -> None:
    maker = MAKERS[algorithm]
    made = maker.assertion(APPROVED)
    signed = made.authenticator_data + hashlib.sha256(made.client_data).digest()
    CoseKey.parse(cose_key(maker.key)).verify(signed, made.signature)
    check_signed(made, maker.pem, APPROVED)


# ── Every condition by itself, under a signature that is right ───────────────────────────────────────────


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "webauthn.create"},
        {"type": None},
        {"challenge": signing.encode(challenge("refused", COMMITMENT))},
        {"challenge": signing.encode(APPROVED) + "="},
        {"challenge": None},
        {"challenge": 7},
        {"origin": "http://localhost:8080"},
        {"origin": "https://localhost"},
        {"origin": "http://localhost.example"},
        {"origin": None},
        {"crossOrigin": True},
        {"crossOrigin": "false"},
        {"topOrigin": "https://elsewhere.example"},
    ],
    ids=str,
)
def test_client_data_that_say_something_else_are_refused(changes: dict[str, Any]) -> None:
    maker = MAKERS["ES256"]
    assert not accepted(maker.assertion(APPROVED, client=client_data(APPROVED, **changes)), maker.pem)


@pytest.mark.parametrize(
    "changes", [{"crossOrigin": None}, {"other_keys_can_be_added_here": "do not compare as text"}], ids=str
)
def test_client_data_may_leave_out_or_add_what_the_standard_lets_them(changes: dict[str, Any]) -> None:
    maker = MAKERS["ES256"]
    assert accepted(maker.assertion(APPROVED, client=client_data(APPROVED, **changes)), maker.pem)


@pytest.mark.parametrize(
    "client",
    [
        b"[]",
        b"not json",
        b"\xff\xfe",
        b"[" * 100_000,
        client_data(APPROVED)[:-1] + b', "type": "webauthn.get"}',
        client_data(APPROVED).decode().encode("utf-16"),
    ],
    ids=["a list", "no JSON", "no UTF-8", "too deep", "a name twice", "UTF-16"],
)
def test_client_data_that_are_no_plain_object_are_refused(client: bytes) -> None:
    maker = MAKERS["ES256"]
    with pytest.raises(BadInput):
        check_signed(maker.assertion(APPROVED, client=client), maker.pem, APPROVED)


@pytest.mark.parametrize(
    "data",
    [
        authenticator_data(site="elsewhere.example"),
        authenticator_data(flags=UP),
        authenticator_data(flags=UV),
        authenticator_data(flags=0),
        authenticator_data(flags=UP | UV | BS),
        authenticator_data(flags=UP | UV | AT),
        authenticator_data(flags=UP | UV | AT, more=b"x" * 60),
        authenticator_data(flags=UP | UV | ED),
        authenticator_data(more=b"\xa0"),
        authenticator_data()[:-1],
        b"x",
    ],
    ids=[
        "another site", "not verified", "not present", "neither", "backed up but cannot be",
        "a credential that is missing", "a credential", "extensions that are missing",
        "more than it says", "too short", "nothing",
    ],
)  # fmt: skip
def test_authenticator_data_that_say_something_else_are_refused(data: bytes) -> None:
    maker = MAKERS["ES256"]
    assert not accepted(maker.assertion(APPROVED, data=data), maker.pem)


@pytest.mark.parametrize(
    "data",
    [
        authenticator_data(flags=UP | UV | BE | BS),
        authenticator_data(flags=UP | UV | BE),
        authenticator_data(count=0),
        authenticator_data(flags=UP | UV | ED, more=b"\xa0"),
    ],
)
def test_passkeys_that_are_synced_do_not_count_or_say_more_are_accepted(data: bytes) -> None:
    maker = MAKERS["ES256"]
    assert accepted(maker.assertion(APPROVED, data=data), maker.pem)


def test_what_anybody_checks_later_does_not_hang_on_the_address_of_today() -> None:
    maker = MAKERS["ES256"]
    made = maker.assertion(
        APPROVED,
        data=authenticator_data(site="old.example"),
        client=client_data(APPROVED, origin="https://old.example"),
    )
    check_signed(made, maker.pem, APPROVED)
    with pytest.raises(Refused):
        check(made, maker.pem, APPROVED, {ORIGIN}, SITE)


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_pem_holds_the_very_key_that_the_credential_carried(algorithm: str) -> None:
    key = new_key(algorithm)
    assert signing.load_key(signing.public_key_pem(cose_key(key))) == key.public_key()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(data=st.data())
def test_a_credentials_key_that_is_not_whole_is_refused_in_words(algorithm: str, data: st.DataObject) -> None:
    whole = cose_key(MAKERS[algorithm].key)
    name = data.draw(st.sampled_from(sorted(whole)))
    wrong = data.draw(st.one_of(st.none(), st.integers(-300, 300), st.binary(max_size=40), st.just("lacks")))
    broken = {**whole, name: wrong}
    if wrong == "lacks":
        del broken[name]
    if broken == whole:
        return
    try:
        pem = signing.public_key_pem(broken)
    except BadInput:
        return
    assert not accepted(MAKERS[algorithm].assertion(APPROVED), pem), "another key than the one that signed"


@pytest.mark.parametrize(
    "make",
    [
        lambda: {**cose_key(new_key("ES256")), 3: -35},
        lambda: {**cose_key(new_key("ES256")), -2: b"\0" * 32, -3: b"\0" * 32},
        lambda: {1: 3, 3: -257, -1: b"\xff" * 128, -2: b"\1\0\1"},
        dict,
    ],
    ids=["another algorithm", "off the curve", "too short an RSA key", "nothing"],
)
def test_a_key_that_approvals_are_not_signed_with_is_refused(make: Callable[[], dict[int, Any]]) -> None:
    with pytest.raises(BadInput):
        signing.public_key_pem(make())


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 1024)],  # noqa: S505
    ids=["P-384", "RSA of 1024 bits"],
)
def test_a_pem_of_another_kind_is_refused(key: Any) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(BadInput):
        signing.load_key(pem)


# ── What a page sends ────────────────────────────────────────────────────────────────────────────────────


def test_what_a_page_sends_is_read_as_the_bytes_that_were_signed() -> None:
    maker = MAKERS["ES256"]
    assert accepted(signing.parse_assertion(maker.sent(APPROVED)), maker.pem)


@pytest.mark.parametrize("part", ["credential", "authenticator_data", "client_data", "signature"])
@pytest.mark.parametrize("wrong", ["", "a", "a+b/", "YQ==", "YR", "ä", "x" * 9000, 7, None, "leave out"])
def test_what_a_page_sends_is_read_in_one_spelling_only(part: str, wrong: Any) -> None:
    told = json.loads(MAKERS["ES256"].sent(APPROVED))
    told[part] = wrong
    if wrong == "leave out":
        del told[part]
    with pytest.raises(BadInput):
        signing.parse_assertion(json.dumps(told))


@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_nothing_that_is_sent_breaks_the_reader(text: str) -> None:
    with pytest.raises(BadInput):
        signing.parse_assertion(text)


@given(st.binary(min_size=1, max_size=200))
def test_base64url_is_read_back_as_it_was_written(data: bytes) -> None:
    assert signing.decode(signing.encode(data), "text") == data
