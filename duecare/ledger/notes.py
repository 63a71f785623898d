"""Signed notes and checkpoints: 32 bytes that stand for the whole record, under somebody's key.

C2SP signed-note (https://c2sp.org/signed-note) with Ed25519 signatures of type 0x01 only, and C2SP
tlog-checkpoint for the text. Signature lines of unknown keys and types are ignored: they prove nothing here.

One rule for Ed25519, the strictest that still accepts every honest signature (RFC 8032, 5.1.7, without the
cofactor): the key is a canonical point not of small order, S is below the group order, and the encoding of
`S*B - k*A` equals R byte for byte. `cryptography` checks all of it but the key, so Verifier checks that: with
a key of small order one signature would hold for many texts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from duecare.errors import BadInput
from duecare.ledger.merkle import HASH_SIZE

MAX_SIZE = 1024 * 1024
"""Most bytes of a note."""
MAX_SIGNATURES = 100

_ED25519 = b"\x01"
_PREFIX = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_FIELD: Final = 2**255 - 19
# The y coordinates of the eight points whose order divides 8 (order 1, 2, 4, and twice two of order 8).
_ORDER_8_Y: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER_Y = frozenset({1, _FIELD - 1, 0, _ORDER_8_Y, _FIELD - _ORDER_8_Y})


class NoteError(BadInput):
    """A note, key or checkpoint that is malformed, or a signature that does not hold."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A name and the Ed25519 public key that speaks for it."""

    name: str
    key: bytes
    """32 bytes, as RFC 8032, 5.1.2 encodes a point."""

    def __post_init__(self) -> None:
        _check_name(self.name)
        y = int.from_bytes(self.key, "little") % 2**255
        if len(self.key) != 32 or y >= _FIELD or y in _SMALL_ORDER_Y:
            raise NoteError(f"The key of {self.name} is not a sound Ed25519 key.", "Ask for the key again.")

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """The verifier written as `<name>+<key id, 8 hex>+<base64(0x01 || public key)>`."""
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        key = _from_base64(encoded, f"the key of {name!r}")
        if key[:1] != _ED25519:
            raise NoteError(
                f"The key of {name!r} is not of type 0x01 (Ed25519).",
                "Other types are not taken as proof here.",
            )
        verifier = cls(name, key[1:])
        if verifier.key_id.hex() != key_id:
            raise NoteError(
                f"The key of {name!r}: expected key id {verifier.key_id.hex()}, got {key_id!r}.",
                "Copy the whole key again.",
            )
        return verifier

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that tell this key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:4]

    @property
    def vkey(self) -> str:
        """The text that `parse` reads."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.key).decode()}"

    def holds(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `text`, by the one rule above."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A name and the private key that signs for it."""

    name: str
    key: Ed25519PrivateKey

    def __post_init__(self) -> None:
        _check_name(self.name)

    @property
    def verifier(self) -> Verifier:
        """What others check this signer's notes with."""
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        """The verifier as text, to hand out."""
        return self.verifier.vkey

    def sign(self, text: str) -> bytes:
        """The signed note over `text`, which ends in a newline and holds no other control characters."""
        if not text.endswith("\n") or _CONTROL.search(text):
            raise NoteError(
                "A note's text ends in a newline and has no other control characters.", "Mend it."
            )
        signature = base64.b64encode(self.verifier.key_id + self.key.sign(text.encode())).decode()
        return f"{text}\n{_PREFIX}{self.name} {signature}\n".encode()


def open_note(note: bytes, verifiers: Iterable[Verifier]) -> tuple[str, list[str]]:
    """The text of `note`, and the names of the `verifiers` whose signatures on it hold (at least one).

    Raises NoteError if the note is malformed, no signature is by a known key, or one by a known key fails.
    """
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    text, signatures = _parse_note(note)
    names: list[str] = []
    for name, key_id, signature in signatures:
        verifier = known.get((name, key_id))
        if verifier is None:
            continue
        if not verifier.holds(text.encode(), signature):
            raise NoteError(
                f"The signature by {name} does not hold.",
                "The text or the signature was changed: do not use it.",
            )
        if name not in names:
            names.append(name)
    if not names:
        signers = ", ".join(sorted({name for name, _, _ in signatures}))
        raise NoteError(f"No signature by a known key; it is signed by {signers}.", "Give the signer's key.")
    return text, names


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree at one size, as a note's text states it (C2SP tlog-checkpoint)."""

    origin: str
    """Which log: `<domain>/duecare/<log id>`."""
    size: int
    """Number of entries."""
    root: bytes
    """The root over them, 32 bytes."""

    def text(self) -> str:
        """The note text to sign."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note's text. Extension lines, which this program never writes, are passed over."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise NoteError(
                "A checkpoint has lines for origin, size and root, none of them empty.", "Copy it whole."
            )
        origin, size, encoded = lines[:3]
        if not _SIZE.fullmatch(size):
            raise NoteError(f"Line 2 of the checkpoint: {size!r} is not a size.", "Copy it whole.")
        root = _from_base64(encoded, "line 3 of the checkpoint")
        if len(root) != HASH_SIZE:
            raise NoteError(f"Line 3 of the checkpoint: a root has {HASH_SIZE} bytes, got {len(root)}.")
        return cls(origin, int(size), root)


def _parse_note(note: bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Text and signature lines (name, key id, signature) of a note."""
    if len(note) > MAX_SIZE:
        raise NoteError(f"A note of {len(note)} bytes, more than {MAX_SIZE}.", "This is no checkpoint.")
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise NoteError(f"Byte {error.start} of the note is not UTF-8.", "Copy it whole.") from error
    text, blank, block = whole.rpartition("\n\n")
    if _CONTROL.search(whole) or not blank or not block.endswith("\n"):
        raise NoteError("Not a signed note: text, a blank line, signature lines.", "Copy it whole.")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(
            f"A note with {len(lines)} signatures, more than {MAX_SIGNATURES}.", "Leave some out."
        )
    signatures = []
    for line in lines:
        name, _, encoded = line.removeprefix(_PREFIX).partition(" ")
        signature = _from_base64(encoded, f"the signature line {line[:60]!r}")
        if not line.startswith(_PREFIX) or len(signature) < 5:
            raise NoteError(f"{line[:60]!r} is not a signature line.", "Copy the note whole.")
        _check_name(name)
        signatures.append((name, signature[:4], signature[4:]))
    return text + "\n", signatures


def _check_name(name: str) -> None:
    if not name or "+" in name or any(map(str.isspace, name)):
        raise NoteError(f"{name!r} is no key name.", "Use text without spaces and plus signs.")


def _from_base64(text: str, what: str) -> bytes:
    """Standard base64 (RFC 4648, section 4) in its one right spelling, so that a note has no second form."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise NoteError(f"{what[0].upper()}{what[1:]}: {text[:60]!r} is not base64.", "Copy it whole.")
    return data
