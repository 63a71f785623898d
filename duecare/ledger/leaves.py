"""Leaves and what opens them: an entry as the tree sees it, without saying what it holds.

A leaf discloses only its time; meta and payload are salted commitments in it, so an export opens what it
chooses, and erasing an opening leaves every proof whole. Formats: docs/ledger-format.md, "Entry".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from duecare.errors import BadInput, Tampered
from duecare.words import gettext as _

Domain: TypeAlias = Literal["meta", "payload"]

SALT_SIZE = 32
MAX_ENTRY = 60_000
"""Most bytes of meta and payload of one entry together; what is larger becomes a blob."""

_PREFIX = {"meta": b"duecare/v1/meta\0", "payload": b"duecare/v1/payload\0"}
_LEAF = re.compile(
    rb'\{"at":"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z)",'
    rb'"log":"([0-9a-f]{32})","meta":"([0-9a-f]{64})","payload":"([0-9a-f]{64})","v":1\}'
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a commitment in a leaf was made from; kept beside the leaf, destroyed by erasure."""

    salt: bytes
    """32 random bytes of its own, so that nobody can guess the data from the commitment."""
    data: bytes
    """Canonical JSON."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The parts of a leaf."""

    at: str
    """The server's clock when the entry got its number, as canonical.utc_text writes it."""
    log: str
    """The random id of the ledger, 32 hex digits."""
    meta: bytes
    """The commitment to the meta, 32 bytes."""
    payload: bytes
    """The commitment to the payload, 32 bytes."""


def commit(domain: Domain, salt: bytes, data: bytes) -> bytes:
    """The commitment to `data`, 32 bytes. The domain keeps a meta from being shown as a payload."""
    if len(salt) != SALT_SIZE:
        raise BadInput(
            _("A salt has %(salt_size)s bytes, got %(count)s.")
            % {"salt_size": SALT_SIZE, "count": len(salt)},
            _("Draw it from secrets.token_bytes."),
        )
    return hashlib.sha256(_PREFIX[domain] + salt + data).digest()


def leaf_bytes(log: str, at: str, meta: bytes, payload: bytes) -> bytes:
    """The exact bytes of a leaf, which the tree hashes: what canonical.encode would write, only faster."""
    return f'{{"at":"{at}","log":"{log}","meta":"{meta.hex()}","payload":"{payload.hex()}","v":1}}'.encode()


def parse_leaf(data: bytes) -> Leaf:
    """The parts of a leaf; anything but version 1 in its one right spelling is refused.

    The digits of the time are checked one by one, not the calendar: a 31 February passes.
    """
    match = _LEAF.fullmatch(data)
    if match is None:
        raise Tampered(
            _("Not a leaf of version 1: %(value)s.") % {"value": repr(data[:80])},
            _("It was damaged, or a newer program wrote it."),
        )
    at, log, meta, payload = match.groups()
    return Leaf(at.decode(), log.decode(), bytes.fromhex(meta.decode()), bytes.fromhex(payload.decode()))
