"""The host keys that are known, in a file of one's own that nobody else writes (sshd(8), known_hosts).

Whoever wants a host connected to names its key by its fingerprint; it is only done if that key is here, for
that very address.
"""

from __future__ import annotations

import binascii
import hashlib
import os
from base64 import b64decode, b64encode

from duecare.errors import BadInput, Refused
from duecare.reaching.addresses import is_address
from duecare.reaching.own_files import Own

KINDS = frozenset(
    {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"}
)


def fingerprint(key: str) -> str:
    """`SHA256:...` of a key's base64, as `ssh-keygen -l` prints it. Raises BadInput for what is no key."""
    try:
        blob = b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    if len(blob) < 32:
        raise BadInput("That is no SSH host key.", "Give the line in /etc/ssh/ssh_host_ed25519_key.pub.")
    return "SHA256:" + b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def learn(place: Own, address: str, port: int, line: str) -> str:
    """Note a host's key; its fingerprint. Raises BadInput for what is no address or no key."""
    parts = line.split()
    if not is_address(address) or not 1 <= port <= 65535:
        raise BadInput(f"{address!r} with port {port} is no address.", "Give a host name or an IP address.")
    if len(parts) < 2 or parts[0] not in KINDS:
        raise BadInput("That is no SSH host key.", "Give the line in /etc/ssh/ssh_host_ed25519_key.pub.")
    found = fingerprint(parts[1])
    written = _line(address, port, parts[0], parts[1])
    known = place.known_hosts.read_text() if place.known_hosts.exists() else ""
    if written not in known.splitlines(keepends=True):
        handle = os.open(place.known_hosts, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(written)
    return found


def line_for(place: Own, address: str, port: int, host_key: str) -> str:
    """The line of the key with this fingerprint. Raises Refused if it is not known for that address."""
    wanted = _pattern(address, port)
    for text in place.known_hosts.read_text().splitlines() if place.known_hosts.exists() else ():
        parts = text.split()
        if len(parts) >= 3 and parts[0] == wanted and parts[1] in KINDS:
            try:
                if fingerprint(parts[2]) == host_key:
                    return _line(address, port, parts[1], parts[2])
            except BadInput:
                continue
    raise Refused(
        f"The host key that is named for {address} is not known here.",
        f"Compare it on the host itself, then run `{place.program} host`.",
    )


def _pattern(address: str, port: int) -> str:
    return address if port == 22 else f"[{address}]:{port}"


def _line(address: str, port: int, kind: str, key: str) -> str:
    return f"{_pattern(address, port)} {kind} {key}\n"
