"""What a computer signs when it enrols and when it reports (docs/report-format.md, "Pushing a report").

Pure; the server builds the same bytes with the same functions. Each message begins with a tag of its own, so
that no signature of one kind can be shown as another, and has parts of fixed length.
"""

from __future__ import annotations

import hashlib

ENROL, PUSH = b"duecare/v1/enrol\0", b"duecare/v1/push\0"


def enrolment_message(token: str, public_key: bytes, name: str, key: str) -> bytes:
    """What proves that whoever holds the token also holds the secret half of the key."""
    told = f"{name}\0{key}".encode()
    return ENROL + hashlib.sha256(token.encode()).digest() + public_key + hashlib.sha256(told).digest()


def push_message(challenge: str, counter: int, digest: bytes) -> bytes:
    """What a report is signed by: the server's challenge, the counter, SHA-256 of the report's bytes."""
    return PUSH + hashlib.sha256(challenge.encode()).digest() + counter.to_bytes(8, "big") + digest


def fingerprint(public_key: bytes) -> str:
    """The first half of the key's SHA-256, as people compare it: eight groups of four hexadecimal digits."""
    digest = hashlib.sha256(public_key).hexdigest()
    return " ".join(digest[place : place + 4] for place in range(0, 32, 4))


def receipt_fault(receipt: object, digest: str) -> str:
    """What is wrong with the receipt for a report of that SHA-256, in words; empty if nothing is.

    Leaf hash and commitments are those of docs/ledger-format.md, "Entry".
    """
    if not isinstance(receipt, dict):
        return "it is not an object"
    try:
        leaf = receipt["leaf"]
        if hashlib.sha256(b"\0" + leaf.encode()).hexdigest() != receipt["leaf_hash"]:
            return "its leaf hash is not that of its leaf"
        for domain in ("meta", "payload"):
            opening = receipt["openings"][domain]
            salted = bytes.fromhex(opening["salt"]) + opening["data"].encode()
            commitment = hashlib.sha256(f"duecare/v1/{domain}".encode() + b"\0" + salted).hexdigest()
            if f'"{domain}":"{commitment}"' not in leaf:
                return f"its {domain} is not the one of its leaf"
        if f'"report":"{digest}"' not in receipt["openings"]["payload"]["data"]:
            return "it is for another report"
        if not isinstance(receipt["index"], int):
            return "it names no entry"
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return f"it lacks a part ({error})"
    return ""
