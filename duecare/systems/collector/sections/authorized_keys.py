"""The section `authorized_keys`: the SSH keys that open accounts; of a key its fingerprint is told."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from typing import Any

from ..look import Look
from ..passwd import passwd
from ..text import decoded, masked, whole
from .sshd import SSHD_DEFAULTS, sshd_config

_KEY_LINE = re.compile(
    r"(?:(?P<options>(?:[^\s\"]|\"(?:[^\"\\]|\\.)*\")+)\s+)??"
    r"(?P<type>(?:sk-)?(?:ssh|ecdsa)-[\w@.-]+)\s+(?P<key>[A-Za-z0-9+/=]+)(?:\s+(?P<comment>.*))?$"
)


def authorized_keys_facts(look: Look) -> dict[str, Any]:
    settings = look.share(sshd_config).settings
    patterns = settings.get("authorizedkeysfile", SSHD_DEFAULTS["authorizedkeysfile"]).split()
    command = settings.get("authorizedkeyscommand", "none")
    if command != "none":
        look.problem(f"keys given by {command.split()[0]}", "the command is not run")
    items = []
    for account in look.share(passwd):
        for pattern in patterns:
            if pattern == "none":
                continue
            path = pattern.replace("%%", "\0").replace("%h", account.home).replace("%u", account.name)
            path = path.replace("%U", str(account.uid)).replace("\0", "%")
            path = path if path.startswith("/") else f"{account.home.rstrip('/')}/{path}"
            text = look.text(path)
            if text is None:
                continue
            look.source(path)
            changed = look.modified(path)
            for line in text.splitlines():
                key = _authorized_key(line.strip())
                if key is not None:
                    items.append({"account": account.name, **key, "path": path, "modified_at": changed})
    look.source("authorized_keys of every account")
    return {"items": items}


def _authorized_key(line: str) -> dict[str, Any] | None:
    """A line of authorized_keys (sshd(8)): kind, size and fingerprint of its key; None if it holds none."""
    match = _KEY_LINE.match(line) if not line.startswith("#") else None
    if match is None:
        return None
    try:
        blob = base64.b64decode(match["key"], validate=True)
        fields: list[bytes] = []
        while blob and len(fields) < 4:
            (size,) = struct.unpack_from(">I", blob)
            fields.append(blob[4 : 4 + size])
            blob = blob[4 + size :]
    except (binascii.Error, struct.error):
        return None
    if not fields or decoded(fields[0]) != match["type"]:
        return None  # Not a key: the file may be anything that its owner linked there.
    name = match["type"]
    bits: int | None = None
    if name in ("ssh-rsa", "ssh-dss") and len(fields) >= 3:
        bits = int.from_bytes(fields[2 if name == "ssh-rsa" else 1], "big").bit_length()
    elif "ed25519" in name:
        bits = 256
    elif "nistp" in name:
        bits = whole(re.sub(r"\D", "", name.partition("nistp")[2][:3]))
    digest = hashlib.sha256(base64.b64decode(match["key"])).digest()
    options = re.sub(r"(environment=)\"(\w+)=(?:[^\"\\]|\\.)*\"", r'\1"\2=***"', match["options"] or "")
    return {
        "type": name,
        "bits": bits,
        "fingerprint": "SHA256:" + base64.b64encode(digest).decode().rstrip("="),
        "comment": masked(match["comment"] or ""),
        "options": masked(options),
    }
