"""How a host is reached: address, port, account, and the key that it has to show. Pure.

Whatever gets into a command or a configuration is typed here, each by a pattern of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[A-Za-z0-9-]{1,63}(?:\.(?!-)[A-Za-z0-9-]{1,63})*")
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Reached:
    """A host as a connection leads to it."""

    key: str
    """What it is called in inventories and names of files."""
    address: str
    port: int
    host_key: str
    """Fingerprint of its SSH host key, as `ssh-keygen -l` prints it."""
    user: str
    become: bool = False
    """Whether whoever signs in there becomes root through sudo."""


def is_address(text: str) -> bool:
    """Whether this is a host name or an IP address, without port, user or zone."""
    try:
        return "%" not in text and bool(ip_address(text))
    except ValueError:
        return bool(_HOST_NAME.fullmatch(text))


def is_fingerprint(text: str) -> bool:
    """Whether this is a fingerprint as `ssh-keygen -l` prints it (SHA256, base64 without padding)."""
    return bool(FINGERPRINT.fullmatch(text))


def is_account(text: str) -> bool:
    """Whether this is the name of an account as every system takes it."""
    return bool(_ACCOUNT.fullmatch(text))
