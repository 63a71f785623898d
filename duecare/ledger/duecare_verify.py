#!/usr/bin/env python3
"""Check an export of a Duecare ledger, trusting nobody: python3 duecare_verify.py FILE.zip --key VKEY

One file, standard library only, Python 3.8 or later; docs/ledger-format.md says what is read and checked.
Get this file, the key and the checkpoints that you hold from somewhere else than the export.
Exit codes: 0 all checked; 1 a fault was found; 2 the file or the command line cannot be read;
3 no fault, but no key was given, so the signature is unchecked. Nothing is ever extracted.
"""

import argparse
import base64
import hashlib
import json
import multiprocessing
import re
import sys
import unicodedata
import zipfile
import zlib

sha256 = hashlib.sha256
WIDTH = 256  # leaves in a bundle, hashes in a tile
LIMITS = {
    "checkpoint": 1 << 20,
    "tile": WIDTH * 512,
    "openings": 1 << 24,
    "blobs": 1 << 26,
}  # bytes of a member
NOT_SHOWN = """What this does not show: that a record is true or complete; that nothing was recorded late or left
out; that nobody was shown a second ledger (compare checkpoints with others who hold them); a rewrite by
somebody with the signing key, except against a checkpoint that you held before it."""
TIME = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z"
HEX = "[0-9a-f]{64}"
LEAF = f'{{"at":"{TIME}","log":"([0-9a-f]{{32}})","meta":"({HEX})","payload":"({HEX})","v":1}}'
LEAF = re.compile(LEAF.encode())
VALID_AT, DIGEST = re.compile(TIME, re.ASCII), re.compile(HEX)
KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)")
LINE = r"[^\0-\x1f]+\n"
NOTE = re.compile(rf"(({LINE})(0|[1-9][0-9]{{0,18}})\n(\S+)\n(?:{LINE})*)\n((?:— [^\s+]+ \S+\n){{1,100}})")
UNUSUAL = re.compile(r"[:,\[]-?\d{16}|[^\0-\x7f]")  # JSON that needs more checks than encoding it again
FIELDS = {b"disclosed": 6, b"withheld": 3, b"erased": 5}
META = ["act", "action", "actor", "kind", "subject", "valid_at"]
RECORD = ["blobs", "record", "schema"]
PAYLOAD = {"act": ["count", "reason"], "noted": ["blobs", "note"]}
PAYLOAD.update(created=RECORD, changed=RECORD, deleted=RECORD)


class Fault(Exception):
    """Something is not as it should be; the text says what."""


# Ed25519: RFC 8032, 5.1.7, without the cofactor; the key must be canonical and not of small order.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point(data):
    """The point (X, Y, Z, T) that 32 bytes encode; None if there is none."""
    y, sign = int.from_bytes(data, "little") % 2**255, data[-1] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = x if x % 2 == sign else P - x
    return None if len(data) != 32 or y >= P or (x * x - square) % P else (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, p):
    if number == 0:
        return 0, 1, 1, 0
    half = times(number // 2, add(p, p))
    return add(half, p) if number % 2 else half


def signature_holds(key, text, signature):
    """Whether `signature` (64 bytes) over `text` was made by the owner of `key` (32 bytes)."""
    a, base = point(key), point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    s = int.from_bytes(signature[32:], "little")
    if a is None or times(8, a)[0] == 0 or len(signature) != 64 or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % ORDER
    x, y, z, _ = add(times(s, base), times(k, (P - a[0], a[1], 1, P - a[3])))
    z = pow(z, P - 2, P)
    return (y * z % P | (x * z % P % 2) << 255).to_bytes(32, "little") == signature[:32]


def from_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise Fault(f"{text[:60]!r} is not base64")
    return data


def read_key(vkey):
    """Name, key id and public key of a verifier key (C2SP signed-note)."""
    name, key_id, encoded = KEY.fullmatch(vkey).groups() if KEY.fullmatch(vkey) else ("", "", "")
    key = from_base64(encoded)
    if key[0] != 1 or point(key[1:]) is None or sha256(f"{name}\n".encode() + key).hexdigest()[:8] != key_id:
        raise Fault("the key is not NAME+ID+BASE64 of type 1 (Ed25519)")
    return name, bytes.fromhex(key_id), key[1:]


def read_checkpoint(note, key):
    """Origin, size and root of a checkpoint (C2SP tlog-checkpoint), checked under `key` if there is one."""
    match = NOTE.fullmatch(note.decode(errors="replace"))
    if not match:
        raise Fault("it is not a signed note with origin, size and root")
    text, origin, size, root, block = match.groups()
    signed = key is None
    for line in block.splitlines():
        name, signature = line.split()[1], from_base64(line.split()[2])
        if key and (name, signature[:4]) == key[:2]:
            signed = signature_holds(key[2], text.encode(), signature[4:])
            if not signed:
                break
    if not signed or (key and key[0] != origin[:-1]):
        raise Fault(f"it has no valid signature by the key, for the key's own log (it is for {origin[:-1]})")
    return origin[:-1], int(size), from_base64(root)


def root_of(hashes):
    """The root (RFC 6962, 2.1) over hashes of equal subtrees, of which the last may be smaller."""
    while len(hashes) > 1:
        above = [sha256(b"\1" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes) - 1, 2)]
        hashes = above + (hashes[-1:] if len(hashes) % 2 else [])
    return hashes[0] if hashes else sha256().digest()


def path(prefix, number, width=WIDTH):
    groups = f"{number % 1000:03}"
    while number >= 1000:
        number //= 1000
        groups = f"x{number % 1000:03}/{groups}"
    return f"{prefix}/{groups}" + (f".p/{width}" if width < WIDTH else "")


def refuse(text):
    raise ValueError(text)


DECODE = json.JSONDecoder(parse_float=refuse, parse_constant=refuse).decode
ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def is_canonical(value, depth=64):
    if isinstance(value, str):
        return unicodedata.is_normalized("NFC", value)
    if isinstance(value, dict):
        return all(key.isascii() for key in value) and is_canonical(list(value.values()), depth)
    if isinstance(value, list):
        return depth > 0 and all(is_canonical(item, depth - 1) for item in value)
    return value is None or abs(value) < 2**53


def opened(domain, salt, data, commitment, members):
    """The canonical JSON object that a salt and its data open."""
    try:
        salt = bytes.fromhex(salt.decode())
        if (
            len(salt) != 32
            or sha256(b"duecare/v1/%b\0" % domain + salt + data).hexdigest().encode() != commitment
        ):
            raise Fault("is not what was recorded, or its salt is not")
        text = data.decode()
        value = DECODE(text)
        if ENCODE(value) != text or (
            (UNUSUAL.search(text) or text.count("[") + text.count("{") > 64) and not is_canonical(value)
        ):
            raise Fault("is not canonical JSON")
    except (ValueError, RecursionError):
        raise Fault("is not JSON") from None
    return value
