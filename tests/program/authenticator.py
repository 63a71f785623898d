"""An authenticator in software, for tests: it signs as Web Authentication Level 3 says (6.3.3, 5.8.1)."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from duecare.program import signing
from duecare.program.signing import UP, UV

SITE = "localhost"
ORIGIN = "http://localhost"
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def new_key(algorithm: str) -> PrivateKey:
    """A key of this kind: ES256, RS256 or EdDSA."""
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == "RS256":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def cose_key(key: PrivateKey) -> dict[int, Any]:
    """The public key as credentials carry it (RFC 9053, 7; RFC 8230, 4)."""
    public = key.public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        return {1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()}
    numbers = public.public_numbers()
    if isinstance(numbers, rsa.RSAPublicNumbers):
        length = (numbers.n.bit_length() + 7) // 8
        return {1: 3, 3: -257, -1: numbers.n.to_bytes(length), -2: numbers.e.to_bytes(3)}
    return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}


def authenticator_data(site: str = SITE, flags: int = UP | UV, count: int = 7, more: bytes = b"") -> bytes:
    return hashlib.sha256(site.encode()).digest() + bytes([flags]) + struct.pack(">I", count) + more


def client_data(challenge: bytes, /, **changes: Any) -> bytes:
    """What a browser writes; a change to None leaves the member out."""
    told = {
        "type": "webauthn.get",
        "challenge": signing.encode(challenge),
        "origin": ORIGIN,
        "crossOrigin": False,
    }
    return json.dumps({key: value for key, value in (told | changes).items() if value is not None}).encode()


@dataclass(frozen=True, slots=True)
class Authenticator:
    """A credential and its private key."""

    key: PrivateKey
    credential: str = "Y3JlZGVudGlhbA"

    @property
    def pem(self) -> str:
        return signing.public_key_pem(cose_key(self.key))

    def sign_bytes(self, signed: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(signed)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(signed, padding.PKCS1v15(), SHA256())
        return self.key.sign(signed, ec.ECDSA(SHA256()))

    def assertion(self, challenge: bytes, data: bytes = b"", client: bytes = b"") -> signing.Assertion:
        """A signature over the challenge; or over exactly these data, whatever they say."""
        data, client = data or authenticator_data(), client or client_data(challenge)
        signature = self.sign_bytes(data + hashlib.sha256(client).digest())
        return signing.Assertion(self.credential, data, client, signature)

    def sent(self, challenge: bytes, /, **changes: Any) -> str:
        """The same as a page sends it."""
        made = self.assertion(challenge, client=client_data(challenge, **changes))
        return json.dumps(
            {
                "credential": made.credential,
                "authenticator_data": signing.encode(made.authenticator_data),
                "client_data": signing.encode(made.client_data),
                "signature": signing.encode(made.signature),
            }
        )
