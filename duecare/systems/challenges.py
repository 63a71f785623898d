"""Challenges: what a host signs its report over, so that no signature made earlier or elsewhere counts.

One is made for whoever asks and nothing is kept of it, so that strangers fill no table and learn nothing: it
carries its own end and this server's seal. Only one that a report was taken in by is kept, until its end.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta

from django.utils.crypto import salted_hmac

LASTS = timedelta(minutes=10)
"""Long enough to send 64 MiB over a slow line."""
_SHAPE = re.compile(r"([0-9]{10,11})\.([0-9a-f]{32})\.([0-9a-f]{64})", re.ASCII)


def make_challenge(now: datetime) -> str:
    """A challenge that counts for LASTS, once."""
    told = f"{int((now + LASTS).timestamp())}.{secrets.token_hex(16)}"
    return f"{told}.{_seal(told)}"


def ends_at(challenge: str) -> datetime | None:
    """When a challenge of this server's ends; None if it is none."""
    match = _SHAPE.fullmatch(challenge)
    if match is None or not hmac.compare_digest(match[3], _seal(f"{match[1]}.{match[2]}")):
        return None
    return datetime.fromtimestamp(int(match[1]), UTC)


def digest_of(challenge: str) -> str:
    return hashlib.sha256(challenge.encode()).hexdigest()


def _seal(told: str) -> str:
    return salted_hmac("duecare.push-challenge", told, algorithm="sha256").hexdigest()
