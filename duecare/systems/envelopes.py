"""What hosts send by themselves, read from headers and a little JSON, and its signatures checked.

The bytes that are signed are built by the collector's own functions (`collector/envelope.py`), so that both
sides cannot disagree. Checking is Ed25519 by the `cryptography` library.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from duecare.errors import BadInput
from duecare.systems.collector.envelope import enrolment_message, fingerprint, push_message
from duecare.words import gettext as _

ENROLMENT = "duecare-enrolment/1"
MOST_COUNTER = (1 << 53) - 1
_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)
_NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,253}")
_COUNTER = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shown:
    """A key that a computer shows, and what it says of itself; it holds the other half of the key."""

    token: str
    public_key: str
    name: str
    key: str
    """By which its reports know it."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What came with a report: who signed it, over what."""

    public_key: str
    challenge: str
    counter: int
    digest: str
    """SHA-256 of the report, 64 hex: said and signed before the report itself is read."""
    signature: str

    def holds(self) -> bool:
        """Whether the signature is that of the key."""
        message = push_message(self.challenge, self.counter, bytes.fromhex(self.digest))
        return signed_by(self.public_key, self.signature, message)


def signed_by(public_key: str, signature: str, message: bytes) -> bool:
    """Whether the signature, in hex, of the message is one by this key (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint_of(public_key: str) -> str:
    """The fingerprint of a key in hex as people compare it; empty for none."""
    return fingerprint(bytes.fromhex(public_key)) if public_key else ""


def read_shown(data: bytes) -> Shown:
    """What a computer shows to be enrolled. Raises BadInput, also if its proof of the key does not hold."""
    try:
        told: Any = json.loads(data)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or told.get("format") != ENROLMENT:
        raise _unreadable()
    shown = Shown(
        _text(told, "token", re.compile(r"[!-~]{1,200}")),
        _text(told, "public_key", _KEY),
        _text(told, "name", _NAME),
        _text(told, "key", _KEY),
    )
    proof = enrolment_message(shown.token, bytes.fromhex(shown.public_key), shown.name, shown.key)
    if not signed_by(shown.public_key, _text(told, "signature", _SIGNATURE), proof):
        raise _unreadable()
    return shown


def read_envelope(headers: Mapping[str, str]) -> Envelope:
    """What the headers of a pushed report say. Raises BadInput."""
    counter = headers.get("Duecare-Counter", "")
    if not _COUNTER.fullmatch(counter) or int(counter) > MOST_COUNTER:
        raise _unreadable()
    return Envelope(
        _text(headers, "Duecare-Key", _KEY),
        _text(headers, "Duecare-Challenge", re.compile(r"[0-9a-f.]{1,200}")),
        int(counter),
        _text(headers, "Duecare-Digest", _KEY),
        _text(headers, "Duecare-Signature", _SIGNATURE),
    )


def _text(told: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str:
    text = told.get(name, "")
    if not isinstance(text, str) or not shape.fullmatch(text):
        raise _unreadable()
    if any("\ud800" <= one <= "\udfff" for one in text) or not unicodedata.is_normalized("NFC", text):
        raise _unreadable()
    return text


def _unreadable() -> BadInput:
    return BadInput(_("This is not what a collector sends."), _("Use a collector of this release."))


def same_name(one: str, other: str) -> bool:
    """Whether two names are of one host: the same but for capitals, or one the short form of the other."""
    one, other = one.casefold().rstrip("."), other.casefold().rstrip(".")
    short = one if "." not in one else other if "." not in other else ""
    return one == other or (bool(short) and one.partition(".")[0] == other.partition(".")[0] == short)
