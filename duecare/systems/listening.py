"""What listens on a host, and which of it has no business on the network; pure.

A service is recognised by its registered port (IANA Service Name and Transport Protocol Port Number
Registry) or, on another port, by its program. Where the program could not be seen an unregistered port may
be anything: then the answer is unknown, not met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from duecare.program.judgement import Facts, Item, Judgement, not_applicable
from duecare.systems.evidence import each, few, require_running, value
from duecare.words import gettext as _
from duecare.words import gettext_noop


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of service that is to stay off the network."""

    plural: str
    ports: Mapping[tuple[str, int], str]
    """Registered ports, (protocol, number), with the service's name."""
    programs: Mapping[str, str]
    """Process names, as the report gives them (of Linux 15 characters at most), with the service's name."""

    def recognise(self, socket: Mapping[str, Any]) -> str | None:
        """The service's name, or None if the socket is not known to be of this kind."""
        by_port = self.ports.get((_protocol(socket), socket["port"]))
        return by_port or self.programs.get(socket["process"])


DATABASES = Kind(
    gettext_noop("databases"),
    ports={
        ("tcp", 1433): "Microsoft SQL Server",
        ("tcp", 1521): "Oracle Database",
        ("tcp", 3306): "MySQL or MariaDB",
        ("tcp", 5432): "PostgreSQL",
        ("tcp", 5984): "CouchDB",
        ("tcp", 6379): "Redis or Valkey",
        ("tcp", 8086): "InfluxDB",
        ("tcp", 9042): "Cassandra",
        ("tcp", 9200): "Elasticsearch or OpenSearch",
        ("tcp", 11211): "memcached",
        ("udp", 11211): "memcached",
        ("tcp", 27017): "MongoDB",
    },
    programs={
        "mysqld": "MySQL",
        "mariadbd": "MariaDB",
        "postgres": "PostgreSQL",
        "redis-server": "Redis",
        "valkey-server": "Valkey",
        "mongod": "MongoDB",
        "memcached": "memcached",
        "sqlservr": "Microsoft SQL Server",
        "influxd": "InfluxDB",
    },
)
REMOTE_DESKTOPS = Kind(
    gettext_noop("remote desktops"),
    ports={
        ("tcp", 3389): "Remote Desktop (RDP)",
        **{("tcp", number): "VNC" for number in range(5900, 5911)},
        **{("tcp", number): gettext_noop("the X Window System") for number in range(6000, 6011)},
        ("udp", 3283): "Apple Remote Desktop",
    },
    programs={
        "xrdp": "Remote Desktop (RDP)",
        "Xvnc": "VNC",
        "Xtigervnc": "VNC",
        "x11vnc": "VNC",
        "vino-server": "VNC",
        "gnome-remote-de": "GNOME remote desktop",
        "Xorg": gettext_noop("the X Window System"),
        "screensharingd": "Screen Sharing",
        "ARDAgent": "Apple Remote Desktop",
        "winvnc": "VNC",
        "tvnserver": "VNC",
        "vncserver": "VNC",
        "TeamViewer_Service": "TeamViewer",
        "AnyDesk": "AnyDesk",
    },
)
CONTROL_INTERFACES = Kind(
    gettext_noop("unprotected control interfaces"),
    ports={
        ("tcp", 111): gettext_noop("the RPC port mapper"),
        ("udp", 111): gettext_noop("the RPC port mapper"),
        ("tcp", 2375): gettext_noop("the Docker interface without TLS"),
        ("tcp", 2379): "etcd",
        ("tcp", 8500): "Consul",
        ("tcp", 10250): gettext_noop("the Kubernetes kubelet"),
        ("tcp", 10255): gettext_noop("the Kubernetes kubelet, read-only"),
    },
    programs={
        "etcd": "etcd",
        "consul": "Consul",
        "kubelet": gettext_noop("the Kubernetes kubelet"),
        "rpcbind": gettext_noop("the RPC port mapper"),
    },
)
CLEAR_TEXT = Kind(
    gettext_noop("services that read passwords in clear text"),
    ports={
        ("tcp", 23): "Telnet",
        ("tcp", 512): "rexec",
        ("tcp", 513): "rlogin",
    },
    programs={
        "telnetd": "Telnet",
        "in.telnetd": "Telnet",
        "in.rlogind": "rlogin",
        "in.rshd": "rsh",
        "in.rexecd": "rexec",
    },
)


def port_name(socket: Mapping[str, Any]) -> str:
    """For example "port 443/tcp": the same for IPv4 and IPv6."""
    return f"port {socket['port']}/{_protocol(socket)}"


def kept_off_the_network(facts: Facts, kind: Kind) -> Judgement:
    """Whether the services of this kind on the host listen on its loopback address alone.

    Not applicable where everything that listens was seen and none is of this kind.
    """
    section = facts.section("sockets")
    require_running(facts, _("listening services"))
    found: set[str] = set()
    reachable: set[Item] = set()
    hidden: set[str] = set()
    for socket in value(section, "items"):
        service = kind.recognise(socket)
        on_network = socket["reach"] == "network"
        if service is not None:
            found.add(port_name(socket))
            if on_network:
                reason = _("%(service)s accepts connections from the network at %(address)s") % {
                    "service": _(service),
                    "address": socket["address"],
                }
                reachable.add(Item(port_name(socket), reason))
        elif on_network and socket["process"] is None:
            hidden.add(port_name(socket))
    if not found and not hidden and section.complete:
        return not_applicable(_("no %(plural)s were seen to listen") % {"plural": _(kind.plural)})
    unseen = (
        [Item("", _("the programs at %(names)s could not be seen; root sees most") % {"names": few(hidden)})]
        if hidden
        else []
    )
    return each(len(found), reachable, unseen, read_from=[section])


def _protocol(socket: Mapping[str, Any]) -> str:
    protocol: str = socket["protocol"]
    return protocol.removesuffix("6")
