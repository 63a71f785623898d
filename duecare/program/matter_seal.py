"""What a matter holds, under its own key: AES-256-GCM (NIST SP 800-38D) over texts and files.

Each record of a matter has a key that follows from the matter's (HKDF, RFC 5869), so that one paper can be
opened to others without the rest. Its `lock` stands in the record beside what it seals: whoever is given the
key later sees that it is the one of then (GCM alone would let two keys open one ciphertext differently).

Each piece is bound to its place, so that nobody who can write to the database can move what was said from
one matter, record or field into another unseen. A sealed text is `m1.` and base64url without padding of the
12-byte nonce, the ciphertext and the 16-byte tag; a sealed file is `duecare/m1`, a zero byte, and the same
bytes. Before a text is encrypted it is filled up to whole blocks, so that its length tells little.

The nonce is drawn at random: under a record's key far fewer than 2^32 pieces are ever sealed (8.3 of the
standard).
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from duecare.errors import BadInput, Tampered

KEY_SIZE = 32
"""Bytes of a key."""
NONCE_SIZE = 12
"""Bytes of a nonce."""
BLOCK = 256
"""Bytes to a multiple of which a text is filled up."""
TAG_SIZE = 16

_TEXT = "m1."
_FILE = b"duecare/m1\0"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece belongs: it opens nowhere else."""

    matter: str
    record: str
    field: str

    def bound(self) -> bytes:
        """The associated data. Keys and names of fields hold no zero byte, so no two places share it."""
        return b"\0".join((b"duecare/v1/matter", *(part.encode() for part in _parts(self))))


def _parts(place: Place) -> tuple[str, str, str]:
    parts = (place.matter, place.record, place.field)
    if any("\0" in part for part in parts):
        raise BadInput("A place has no zero byte in its names.", "Correct the caller.")
    return parts


def record_key(key: bytes, matter: str, record: str) -> bytes:
    """The key of one record, KEY_SIZE bytes, from its matter's. Raises BadInput for a key of another size."""
    if len(key) != KEY_SIZE:
        raise BadInput(f"The key of a matter has {KEY_SIZE} bytes, got {len(key)}.", "Restore its file.")
    info = Place(matter, record, "").bound()
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=info).derive(key)


def lock(key: bytes) -> str:
    """What shows that a record's key is this one and no other, 64 hex, without giving it away."""
    return hashlib.sha256(b"duecare/v1/matter-lock\0" + key).hexdigest()


def seal_text(key: bytes, place: Place, text: str, nonce: bytes) -> str:
    """A text as the record keeps it. `key` is the record's, `nonce` has NONCE_SIZE bytes, new each time.

    Raises BadInput for another size of either.
    """
    data = text.encode()
    filled = data + b"\x80" + bytes(-(len(data) + 1) % BLOCK)
    sealed = nonce + _cipher(key, nonce).encrypt(nonce, filled, place.bound())
    return _TEXT + urlsafe_b64encode(sealed).rstrip(b"=").decode()


def open_text(key: bytes, place: Place, sealed: str) -> str:
    """The text that was sealed for this place.

    Raises Tampered if it was altered, belongs elsewhere, or was sealed under another key.
    """
    if not sealed.startswith(_TEXT):
        raise _altered(place)
    body = sealed.removeprefix(_TEXT)
    try:
        data = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        raise _altered(place) from None
    if urlsafe_b64encode(data).rstrip(b"=").decode() != body:
        raise _altered(place)  # one text has one spelling
    filled = _opened(key, place, data)
    text, mark, rest = filled.rpartition(b"\x80")
    if not mark or any(rest):
        raise _altered(place)
    return text.decode()


def seal_bytes(key: bytes, place: Place, data: bytes, nonce: bytes) -> bytes:
    """A file as the record keeps it. Raises BadInput for a key or nonce of another size."""
    return _FILE + nonce + _cipher(key, nonce).encrypt(nonce, data, place.bound())


def open_bytes(key: bytes, place: Place, sealed: bytes) -> bytes:
    """The file that was sealed for this place. Raises Tampered as `open_text` does."""
    if not sealed.startswith(_FILE):
        raise _altered(place)
    return _opened(key, place, sealed[len(_FILE) :])


def _cipher(key: bytes, nonce: bytes) -> AESGCM:
    if len(key) != KEY_SIZE or len(nonce) != NONCE_SIZE:
        raise BadInput(
            f"A key has {KEY_SIZE} bytes and a nonce {NONCE_SIZE}, got {len(key)} and {len(nonce)}.",
            "Draw both from secrets.token_bytes.",
        )
    return AESGCM(key)


def _opened(key: bytes, place: Place, data: bytes) -> bytes:
    if len(data) < NONCE_SIZE + TAG_SIZE:
        raise _altered(place)
    nonce, body = data[:NONCE_SIZE], data[NONCE_SIZE:]
    try:
        return _cipher(key, nonce).decrypt(nonce, body, place.bound())
    except InvalidTag:
        raise _altered(place) from None


def _altered(place: Place) -> Tampered:
    return Tampered(
        f"{place.field} of {place.record} does not open under the key of its matter: it was altered, moved "
        "here from elsewhere, or sealed under another key.",
        "Run `duecare ledger verify --live`; keep the database and the key as they are.",
    )
