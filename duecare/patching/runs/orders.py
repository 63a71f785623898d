"""An order: which hosts get which packages in which versions, when, and when to stop. Pure.

It is one canonical JSON document (`duecare-patch-order/1`). Two people sign over its digest, and the
deployer, which trusts nothing of the server's, reads it again with the same code. So whatever could steer a
command is typed here and nowhere else: names and versions by the patterns of the package manager (Debian
Policy 5.6.1 and 5.6.12; RPM's dependency syntax), addresses, ports and fingerprints by theirs. What is text
for people (titles, names of hosts, reasons) never reaches a command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from duecare.errors import BadInput
from duecare.ledger import canonical
from duecare.patching.runs.windows import Window, parse_window
from duecare.reaching.addresses import FINGERPRINT, is_address
from duecare.words import gettext as _

FORMAT = "duecare-patch-order/1"
MOST_HOSTS = 500
MOST_PACKAGES = 2000
"""On one host."""
MOST_RINGS = 20
MOST_LEFT_OUT = 5000
MOST_BYTES = 4 << 20
LONGEST = 300
"""Characters of a text for people."""

KEY = re.compile(r"[0-9a-z]{8,40}")
"""A record's key, as file names and inventories take it."""


class Manager(StrEnum):
    """What installs packages on a host."""

    APT = "apt"
    DNF = "dnf"
    APK = "apk"


# A name or version never begins with what a command reads as an option, and a Debian one never ends with what
# apt-get reads as "remove this" or "install that" (apt-get(8), "install").
_NAMES: Mapping[Manager, re.Pattern[str]] = {
    Manager.APT: re.compile(r"[a-z0-9][a-z0-9+.-]{0,98}[a-z0-9+]"),
    Manager.DNF: re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,98}[A-Za-z0-9_+]"),
    Manager.APK: re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,98}[A-Za-z0-9_+]"),
}
_VERSIONS: Mapping[Manager, re.Pattern[str]] = {
    Manager.APT: re.compile(r"(?:[0-9]{1,9}:)?[0-9](?:[A-Za-z0-9.+~-]{0,98}[A-Za-z0-9~])?"),
    Manager.DNF: re.compile(
        r"(?:[0-9]{1,9}:)?[A-Za-z0-9][A-Za-z0-9._+~^]{0,98}-[A-Za-z0-9][A-Za-z0-9._+~^]{0,98}"
    ),
    # With one hyphen, before its revision, so that name and version written together come apart in one way.
    Manager.APK: re.compile(
        r"[0-9]{1,20}(?:\.[0-9]{1,20}){0,9}[a-z]?(?:_[a-z]{1,5}[0-9]{0,20}){0,5}(?:~[0-9a-f]{1,40})?-r[0-9]{1,9}"
    ),
}


@dataclass(frozen=True, slots=True)
class Package:
    """A package and the one version that it is to have."""

    name: str
    installed: str
    """What the report named when the order was made: for people."""
    version: str


@dataclass(frozen=True, slots=True)
class Host:
    """A host, how it is reached, and what it gets."""

    key: str
    name: str
    address: str
    port: int
    host_key: str
    """Fingerprint of its SSH host key, as `ssh-keygen -l` prints it."""
    manager: Manager
    packages: tuple[Package, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not installed although it waits, and why: for people."""

    host: str
    package: str
    """Empty for the host as a whole."""
    why: str


@dataclass(frozen=True, slots=True)
class Stop:
    """When nothing more is begun: more than `hosts` of a ring failed, or more than `share` % of it."""

    hosts: int
    share: int


@dataclass(frozen=True, slots=True)
class Order:
    """What two people sign."""

    run: str
    title: str
    hosts: tuple[Host, ...]
    rings: tuple[tuple[str, ...], ...]
    """Keys of hosts, in the order in which the groups get their turn; each host in exactly one."""
    rest_minutes: int
    """Between the last of one ring and the first of the next."""
    window: Window
    stop: Stop
    reboot: bool
    """Whether a host that asks for a restart gets it."""
    left_out: tuple[LeftOut, ...]

    def host(self, key: str) -> Host:
        return next(one for one in self.hosts if one.key == key)


def is_package(manager: Manager, name: str, version: str) -> bool:
    """Whether both are what this package manager calls a name and a version, and nothing else."""
    return bool(_NAMES[manager].fullmatch(name) and _VERSIONS[manager].fullmatch(version))


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────


def write_order(order: Order) -> bytes:
    """The document. Raises BadInput naming the place if `parse_order` would not take it."""
    told = {
        "format": FORMAT,
        "run": order.run,
        "title": order.title,
        "hosts": [
            {
                "key": one.key,
                "name": one.name,
                "address": one.address,
                "port": one.port,
                "host_key": one.host_key,
                "manager": one.manager.value,
                "packages": [
                    {"name": package.name, "from": package.installed, "to": package.version}
                    for package in one.packages
                ],
            }
            for one in order.hosts
        ],
        "rings": [list(ring) for ring in order.rings],
        "rest_minutes": order.rest_minutes,
        "window": order.window.told(),
        "stop": {"hosts": order.stop.hosts, "share": order.stop.share},
        "reboot": order.reboot,
        "left_out": [{"host": one.host, "package": one.package, "why": one.why} for one in order.left_out],
    }
    data = canonical.encode(told)
    parse_order(data)
    return data


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────

T = TypeVar("T")


def parse_order(data: bytes) -> Order:
    """The order in a document. Raises BadInput naming the place."""
    if len(data) > MOST_BYTES:
        raise BadInput(
            _("The order has %(size)s bytes, more than %(most)s.") % {"size": len(data), "most": MOST_BYTES},
            _("Choose fewer hosts."),
        )
    names = "format run title hosts rings rest_minutes window stop reboot left_out"
    top = _record(canonical.decode(data), "$", *names.split())
    if top["format"] != FORMAT:
        raise _wrong("$.format", f"“{FORMAT}”")
    hosts = _many(top["hosts"], "$.hosts", _host, 1, MOST_HOSTS)
    keys = [one.key for one in hosts]
    if len(set(keys)) != len(keys):
        raise _wrong("$.hosts", _("each host once"))
    rings = _many(top["rings"], "$.rings", _ring, 1, MOST_RINGS)
    if sorted(key for ring in rings for key in ring) != sorted(keys):
        raise _wrong("$.rings", _("each host in exactly one ring"))
    if not isinstance(top["reboot"], bool):
        raise _wrong("$.reboot", _("true or false"))
    return Order(
        run=_matching(KEY, top["run"], "$.run", _("a key")),
        title=_text(top["title"], "$.title"),
        hosts=hosts,
        rings=rings,
        rest_minutes=_whole(top["rest_minutes"], "$.rest_minutes", 0, 7 * 24 * 60),
        window=parse_window(top["window"], "$.window"),
        stop=_stop(top["stop"], "$.stop"),
        reboot=top["reboot"],
        left_out=_many(top["left_out"], "$.left_out", _left_out, 0, MOST_LEFT_OUT),
    )


def _host(value: Any, place: str) -> Host:
    told = _record(value, place, "key", "name", "address", "port", "host_key", "manager", "packages")
    if told["manager"] not in set(Manager):
        raise _wrong(f"{place}.manager", ", ".join(Manager))
    manager = Manager(told["manager"])
    if not isinstance(told["address"], str) or not is_address(told["address"]):
        raise _wrong(f"{place}.address", _("a host name or an IP address"))
    packages = _many(told["packages"], f"{place}.packages", partial(_package, manager), 1, MOST_PACKAGES)
    if len({one.name for one in packages}) != len(packages):
        raise _wrong(f"{place}.packages", _("each package once"))
    return Host(
        key=_matching(KEY, told["key"], f"{place}.key", _("a key")),
        name=_text(told["name"], f"{place}.name"),
        address=told["address"],
        port=_whole(told["port"], f"{place}.port", 1, 65535),
        host_key=_matching(FINGERPRINT, told["host_key"], f"{place}.host_key", _("SHA256: and 43 letters")),
        manager=manager,
        packages=packages,
    )


def _package(manager: Manager, value: Any, place: str) -> Package:
    told = _record(value, place, "name", "from", "to")
    _matching(_NAMES[manager], told["name"], f"{place}.name", _("the name of a package"))
    for part in ("from", "to"):
        _matching(_VERSIONS[manager], told[part], f"{place}.{part}", _("a version"))
    return Package(told["name"], told["from"], told["to"])


def _ring(value: Any, place: str) -> tuple[str, ...]:
    return _many(value, place, lambda one, at: _matching(KEY, one, at, _("a key")), 1, MOST_HOSTS)


def _stop(value: Any, place: str) -> Stop:
    told = _record(value, place, "hosts", "share")
    return Stop(
        _whole(told["hosts"], f"{place}.hosts", 0, MOST_HOSTS),
        _whole(told["share"], f"{place}.share", 0, 100),
    )


def _left_out(value: Any, place: str) -> LeftOut:
    told = _record(value, place, "host", "package", "why")
    package = told["package"]
    if not isinstance(package, str) or len(package) > LONGEST:
        raise _wrong(f"{place}.package", _("a text"))
    return LeftOut(_text(told["host"], f"{place}.host"), package, _text(told["why"], f"{place}.why"))


def _record(value: Any, place: str, *names: str) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != set(names):
        raise _wrong(place, _("exactly %s") % ", ".join(names))
    return value


def _many(value: Any, place: str, read: Callable[[Any, str], T], fewest: int, most: int) -> tuple[T, ...]:
    if not isinstance(value, list) or not fewest <= len(value) <= most:
        raise _wrong(place, _("a list of %(fewest)s to %(most)s") % {"fewest": fewest, "most": most})
    return tuple(read(one, f"{place}[{n}]") for n, one in enumerate(value))


def _matching(pattern: re.Pattern[str], value: Any, place: str, what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _wrong(place, what)
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or not value.isprintable():
        raise _wrong(place, _("a text of at most %s characters on one line") % LONGEST)
    return value


def _whole(value: Any, place: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _wrong(place, _("a whole number from %(least)s to %(most)s") % {"least": least, "most": most})
    return value


def _wrong(place: str, expected: str) -> BadInput:
    return BadInput(
        _("The order cannot be used: %(place)s is not %(expected)s.")
        % {"place": place, "expected": expected},
        _("Have a new order made."),
        place,
    )


def in_rings(keys: Sequence[str], first: int, second: int) -> tuple[tuple[str, ...], ...]:
    """Hosts in at most three rings: the first few, some more, all others. Empty ones are left out."""
    cuts = (keys[:first], keys[first : first + second], keys[first + second :])
    return tuple(tuple(cut) for cut in cuts if cut)
