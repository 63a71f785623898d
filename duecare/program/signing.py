"""Approvals that a person signs: what is signed, and how anybody checks it. Pure.

A passkey signs a challenge made of the decision and of the commitment of the entry that is decided on, so
that the signature is about that one version of the record and can be checked without this server
(docs/approvals.md). The checks are those of W3C Web Authentication Level 3, section 7.2, but for what needs a
memory of the authenticator: signature counters are not kept, since passkeys that are synced do not count.
"""

from __future__ import annotations

import binascii
import hashlib
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from duecare.errors import BadInput, Refused
from duecare.words import gettext as _
from duecare.words import gettext_noop

PREFIX = b"duecare/v1/approval\0"
COMMITMENT_SIZE = 32
LONGEST = 8192
"""Characters of one part of an assertion: several times what authenticators give."""
RSA_BITS = range(2048, 8193)
SITE, HEADER = 32, 37
"""Bytes of authenticator data: of the hash of the site; of that, the flags and the counter (section 6.1)."""
UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80
"""Flags: present, verified, may be backed up, is backed up, carries a credential, carries extensions."""

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator gave, in the bytes in which it was signed."""

    credential: str
    """Id of the credential, base64url without padding."""
    authenticator_data: bytes
    client_data: bytes
    """The bytes of clientDataJSON (section 5.8.1)."""
    signature: bytes


def challenge(decided: str, commitment: bytes) -> bytes:
    """What is signed, 32 bytes: SHA-256 of a domain tag, the decision, and the 32 bytes of the commitment."""
    if len(commitment) != COMMITMENT_SIZE or not decided.isascii() or "\0" in decided:
        raise BadInput(
            _("A challenge needs a decision and a commitment of 32 bytes."), _("Read the entry again.")
        )
    return hashlib.sha256(PREFIX + decided.encode() + b"\0" + commitment).digest()


def encode(data: bytes) -> str:
    """Base64url without padding (RFC 4648, section 5)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: Any, what: str) -> bytes:
    """The bytes of base64url without padding, in its one right spelling. Raises BadInput naming `what`."""
    if isinstance(text, str) and 0 < len(text) <= LONGEST and text.isascii():
        try:
            data = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            pass
        else:
            if encode(data) == text:
                return data
    raise BadInput(_("The %(what)s of the signature cannot be read.") % {"what": what}, _(_AGAIN))


def parse_assertion(text: str) -> Assertion:
    """The assertion in what the page sent: a JSON object of four texts in base64url. Raises BadInput."""
    sent = _object(text.encode("utf-8", "surrogatepass"), "signature")
    names = {"credential", "authenticator_data", "client_data", "signature"}
    if sent.keys() != names:
        raise BadInput(_("The signature does not have the four parts that it needs."), _(_AGAIN))
    parts = {name: decode(sent[name], name.replace("_", " ")) for name in sorted(names)}
    return Assertion(
        sent["credential"], parts["authenticator_data"], parts["client_data"], parts["signature"]
    )


def check(
    assertion: Assertion, public_key: str, expected: bytes, origins: Collection[str], site: str
) -> None:
    """Check a fresh assertion: all of `check_signed`, and that it was made on one of our own pages.

    `origins` are like `https://duecare.clinic.example`, `site` is the host by which credentials are
    registered (the RP ID). Raises BadInput for what cannot be read, Refused saying which condition fails.
    """
    if _client_data(assertion.client_data).get("origin") not in origins:
        raise Refused(_("The signature was made for another address than this one."), _(_AGAIN))
    if assertion.authenticator_data[:SITE] != hashlib.sha256(site.encode()).digest():
        raise Refused(_("The signature was made for another site than this one."), _(_AGAIN))
    check_signed(assertion, public_key, expected)


def check_signed(assertion: Assertion, public_key: str, expected: bytes) -> None:
    """Check what anybody can check later: that the key signed this challenge, for a person who was verified.

    `public_key` is PEM, `expected` the challenge. Raises BadInput for what cannot be read, Refused saying
    which condition fails.
    """
    client = _client_data(assertion.client_data)
    if client.get("type") != "webauthn.get":
        raise Refused(_("What was signed is no approval."), _(_AGAIN))
    if client.get("challenge") != encode(expected):
        raise Refused(_("What was signed is another decision, or another version of the record."), _(_AGAIN))
    if client.get("crossOrigin", False) is not False or "topOrigin" in client:
        raise Refused(
            _("The signature was asked for inside another site's page."), _("Open Duecare by itself.")
        )
    _check_flags(assertion.authenticator_data)
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    try:
        _verify(load_key(public_key), assertion.signature, signed)
    except InvalidSignature:
        raise Refused(_("The signature does not belong to this passkey."), _(_AGAIN)) from None


def load_key(pem: str) -> PublicKey:
    """A public key of a kind that approvals are signed with (ES256, RS256, EdDSA). Raises BadInput."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except ValueError:
        raise BadInput(_("The passkey's public key cannot be read."), _(_OTHER_KEY)) from None
    if (
        isinstance(key, ed25519.Ed25519PublicKey)
        or (isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1))
        or (isinstance(key, rsa.RSAPublicKey) and key.key_size in RSA_BITS)
    ):
        return key
    raise BadInput(_("Approvals are not signed with a key of this kind."), _(_OTHER_KEY))


def public_key_pem(cose: Mapping[int, Any]) -> str:
    """SubjectPublicKeyInfo, PEM, of a credential's key (COSE_Key: RFC 9053, 7; RFC 8230, 4).

    Takes ES256 on P-256, RS256 of 2048 to 8192 bits, and EdDSA on Ed25519. Raises BadInput for others.
    """
    key: PublicKey
    try:
        match (cose[1], cose[3], cose.get(-1)):
            case (2, -7, 1):
                x, y = int.from_bytes(cose[-2]), int.from_bytes(cose[-3])
                key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
            case (3, -257, bytes(modulus)):
                key = rsa.RSAPublicNumbers(int.from_bytes(cose[-2]), int.from_bytes(modulus)).public_key()
            case (1, -8, 6):
                key = ed25519.Ed25519PublicKey.from_public_bytes(cose[-2])
            case _:
                raise BadInput(_("Approvals are not signed with a key of this kind."), _(_OTHER_KEY))
    except (KeyError, TypeError, ValueError):
        raise BadInput(_("The passkey's public key cannot be read."), _(_OTHER_KEY)) from None
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    load_key(pem.decode())
    return pem.decode()


_AGAIN = gettext_noop("Load the page again and sign once more.")
_OTHER_KEY = gettext_noop("Register another passkey, from your account.")


def _verify(key: PublicKey, signature: bytes, signed: bytes) -> None:
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, signed)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, signed, padding.PKCS1v15(), SHA256())
    else:
        key.verify(signature, signed, ec.ECDSA(SHA256()))


def _check_flags(data: bytes) -> None:
    flags = data[SITE] if len(data) >= HEADER else 0
    extended = bool(flags & ED)
    if flags & AT or len(data) < HEADER or extended is not (len(data) > HEADER):
        raise BadInput(_("The authenticator data of the signature cannot be read."), _(_AGAIN))
    if not flags & UP or not flags & UV:
        raise Refused(
            _("The passkey did not make sure who used it."),
            _("Use one that asks for a fingerprint, a face or a PIN."),
        )
    if flags & BS and not flags & BE:
        raise BadInput(_("The authenticator data of the signature contradicts itself."), _(_AGAIN))


def _client_data(data: bytes) -> dict[str, Any]:
    return _object(data, "client data")


def _object(data: bytes, what: str) -> dict[str, Any]:
    """A JSON object in UTF-8 in which no name stands twice. Raises BadInput naming `what`."""
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadInput(_("The %(what)s cannot be read.") % {"what": what}, _(_AGAIN))
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _value in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)
