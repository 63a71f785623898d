"""The report's `host`: the name of the computer, a key that stays with it, and what kind it is."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from .look import Look
from .macos.system import identity
from .running import graphical
from .system import family, virtualization
from .text import whole

_DESKTOP_CHASSIS = {*range(3, 12), *range(13, 17), *range(30, 33), 35}
"""Kinds of enclosure that people sit at (SMBIOS specification, section 7.4.1)."""


def host_facts(look: Look) -> dict[str, Any]:
    """Name, key and kind of the host."""
    if look.share(family) == "macos":
        return _mac(look)
    name = look.word("/proc/sys/kernel/hostname") if look.machine.live else None
    name = re.sub(r"\s+", "-", (name or look.word("/etc/hostname") or "unnamed").strip())[:253]
    key, key_from = _identity(look, name)
    virtual = look.share(virtualization)
    if virtual == "container":
        kind = "container"
    elif graphical(look):
        kind = "desktop"
    elif virtual == "vm":
        kind = "virtual"
    elif whole(look.word("/sys/class/dmi/id/chassis_type")) in _DESKTOP_CHASSIS:
        kind = "desktop"
    else:
        kind = "server" if virtual == "none" else "unknown"
    return {"name": name, "key": key, "key_from": key_from, "kind": kind}


def _mac(look: Look) -> dict[str, Any]:
    """People sit at a Mac, unless it is a virtual one."""
    name, number = identity(look)
    name = re.sub(r"\s+", "-", name or "unnamed")[:253]
    token, key_from = (number, "machine id") if number else (name, "name")
    key = hashlib.sha256(b"duecare" + token.encode()).hexdigest()
    kind = {"vm": "virtual", "none": "desktop"}.get(look.share(virtualization) or "", "unknown")
    return {"name": name, "key": key, "key_from": key_from, "kind": kind}


def _identity(look: Look, name: str) -> tuple[str, str]:
    """A key that stays with this host, and what it was made from; ids themselves are kept out of reports."""
    wheres = [("machine id", path) for path in ("/etc/machine-id", "/var/lib/dbus/machine-id")]
    wheres += [("SSH host key", f"/etc/ssh/ssh_host_{kind}_key.pub") for kind in ("ed25519", "ecdsa", "rsa")]
    wheres += [
        ("network address", path)
        for path in look.glob("/sys/class/net/*/address")
        if not path.startswith("/sys/class/net/lo/")
    ]
    for what, path in wheres:
        found = look.word(path)
        if found and found != "uninitialized" and set(found) - set("0:"):
            token = " ".join(found.split()[:2]) if what == "SSH host key" else found
            return hashlib.sha256(b"duecare" + token.encode()).hexdigest(), what
    return hashlib.sha256(b"duecare" + name.encode()).hexdigest(), "name"
