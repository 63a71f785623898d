"""Which addresses may be reached: those of the public internet, and what an installation lists. Pure.

Refused are loopback, link-local, private, multicast and reserved addresses (IANA's special-purpose
registries, RFC 6890), and forms that wrap an IPv4 address: mapped (RFC 4291 section 2.5.5.2), NAT64
(RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380). Exceptions are listed in `duecare.toml`, `[outgoing] allow`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from duecare.errors import BadInput
from duecare.words import gettext as _

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_GLOBAL_IPV6 = IPv6Network("2000::/3")
_WRAPS_IPV4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""Forms whose last 32 bits are the IPv4 address that is meant."""
_SPECIAL = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)
"""What is not for everybody, written out: Python's own `is_global` differs between its versions."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation allows beyond the public internet."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    """Exact names in lower case, allowed whatever they lead to."""

    def permits(self, address: Address) -> bool:
        """Whether a connection may be made to the address. Of one that wraps another, both have to be."""
        listed = any(address in network for network in self.networks)
        if isinstance(address, IPv6Address):
            if any(address in network for network in _WRAPS_IPV4):
                return listed and self.permits(IPv4Address(int(address) & 0xFFFFFFFF))
            if address not in _GLOBAL_IPV6:
                return listed
        return listed or not any(address in network for network in _SPECIAL)


def read_rules(entries: Iterable[str]) -> Rules:
    """The rules in a list of networks ("10.0.0.0/8"), addresses and exact host names.

    Raises BadInput naming the entry that is none of these.
    """
    networks: list[Network] = []
    hosts: set[str] = set()
    for entry in entries:
        try:
            networks.append(ip_network(entry))
        except ValueError:
            # A last label without a letter is an address that was mistyped.
            if not _HOST.fullmatch(entry) or not re.search("[a-z]", entry.rpartition(".")[2]):
                raise BadInput(
                    _("%(value)s is neither a network nor an exact host name.") % {"value": repr(entry[:80])},
                    _("Write it as 10.0.0.0/8, 10.1.2.3 or mail.internal.example."),
                ) from None
            hosts.add(entry)
    return Rules(tuple(networks), frozenset(hosts))
