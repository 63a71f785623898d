"""The section `sockets`: what listens, on which address, and which program that is."""

from __future__ import annotations

import errno
import ipaddress
import struct
from typing import Any

from ..look import Look, Unreadable
from ..machine import MIB
from ..running import processes


def sockets_facts(look: Look) -> dict[str, Any]:
    if not look.machine.live:
        raise Unreadable("/proc/net", "a mounted tree has no open sockets")
    look.source("/proc/net")
    found = []
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        text = look.text(f"/proc/net/{protocol}", 64 * MIB)
        if text is None and not protocol.endswith("6"):
            look.problem(f"/proc/net/{protocol}", "there is none")
        for line in (text or "").splitlines()[1:]:
            fields = line.split()
            # Listening TCP sockets and UDP sockets that take datagrams from anyone (proc_net(5)).
            if len(fields) < 10 or fields[3] != ("0A" if protocol.startswith("tcp") else "07"):
                continue
            where, _, port = fields[1].partition(":")
            try:
                found.append((protocol, _kernel_address(where), int(port, 16), int(fields[7]), fields[9]))
            except ValueError:
                look.problem(f"/proc/net/{protocol}", "a line of it is not understood")
    owners = _socket_owners(look.details, {row[4] for row in found})
    items = {}
    for protocol, address, number, uid, inode in found:
        process = owners.get(inode)
        key = (protocol, str(address), number, process)
        items[key] = {
            "protocol": protocol,
            "address": str(address),
            "port": number,
            "process": process,
            "uid": uid,
            "reach": "loopback" if _is_loopback(address) else "network",
        }
    unknown = sum(item["process"] is None for item in items.values())
    if unknown:
        whose = "no process seen here" if look.machine.as_root else "other users"
        hidden = PermissionError(errno.EACCES, f"they belong to {whose}")
        look.details.problem(f"the programs of open sockets ({unknown})", hidden)
    return {"items": [items[key] for key in sorted(items, key=str)]}


def _kernel_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address of /proc/net: 32-bit words in the machine's byte order, in hexadecimal."""
    data = b"".join(struct.pack("=I", int(text[at : at + 8], 16)) for at in range(0, len(text), 8))
    return ipaddress.ip_address(data)


def _is_loopback(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _socket_owners(look: Look, inodes: set[str]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for process in look.share(processes)[0]:
        try:
            descriptors = look.machine.listdir(f"/proc/{process.pid}/fd")
        except OSError:
            continue  # The sockets that stay without an owner are counted and reported.
        for descriptor in descriptors:
            target = look.link(f"/proc/{process.pid}/fd/{descriptor}") or ""
            if target.startswith("socket:[") and target[8:-1] in inodes:
                owners.setdefault(target[8:-1], process.name)
    return owners
