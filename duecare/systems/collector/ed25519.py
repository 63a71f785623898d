"""Ed25519 (RFC 8032, section 5.1): a key of one's own and signatures by it, in plain Python.

For computers that have no library for it. Each multiplication does the same 256 doublings and additions
whatever the secret, but Python's integers take a little longer for larger numbers: who can time thousands of
signatures on the computer itself might learn something of the key, and signs one a day. Verifying is left to
the server, which has a library.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P


class _Point(NamedTuple):
    """Extended coordinates: the point (x/z, y/z), and t = xy/z."""

    x: int
    y: int
    z: int
    t: int


_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_BASE = _Point(_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)
_NEUTRAL = _Point(0, 1, 1, 0)


def public_key(seed: bytes) -> bytes:
    """The public half, 32 bytes, of the secret that is a seed of 32 random bytes."""
    return _written(_times(_scalar(seed)[0]))


def sign(seed: bytes, message: bytes) -> bytes:
    """The signature of the message, 64 bytes."""
    scalar, prefix = _scalar(seed)
    nonce = _number(prefix + message) % _L
    commitment = _written(_times(nonce))
    challenge = _number(commitment + public_key(seed) + message) % _L
    return commitment + ((nonce + challenge * scalar) % _L).to_bytes(32, "little")


def _scalar(seed: bytes) -> tuple[int, bytes]:
    if len(seed) != 32:
        raise ValueError(f"a seed has 32 bytes, got {len(seed)}")
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & ((1 << 254) - 8) | 1 << 254, digest[32:]


def _number(data: bytes) -> int:
    return int.from_bytes(hashlib.sha512(data).digest(), "little")


def _times(scalar: int) -> _Point:
    """The base point, that many times."""
    total = _NEUTRAL
    for place in range(255, -1, -1):
        doubled = _add(total, total)
        total = (doubled, _add(doubled, _BASE))[scalar >> place & 1]
    return total


def _add(one: _Point, other: _Point) -> _Point:
    """RFC 8032, section 5.1.4; complete, so that it doubles as well."""
    a = (one.y - one.x) * (other.y - other.x) % _P
    b = (one.y + one.x) * (other.y + other.x) % _P
    c = 2 * one.t * other.t * _D % _P
    d = 2 * one.z * other.z % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return _Point(e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _written(point: _Point) -> bytes:
    inverse = pow(point.z, _P - 2, _P)
    x, y = point.x * inverse % _P, point.y * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")
