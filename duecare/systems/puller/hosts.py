"""The hosts that are pulled, in a list of the puller's own that its keeper writes by hand.

The server cannot add to it. A host stands there by the name that it calls itself, with the one key that it
shows: whatever comes over that connection is that host's, and of no other.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from duecare.errors import BadInput, Refused
from duecare.home import write_private
from duecare.reaching.addresses import Reached, is_account, is_address, is_fingerprint
from duecare.reaching.known import learn
from duecare.reaching.own_files import Own

HOME = "DUECARE_PULL_HOME"
MOST = 5000
NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Place(Own):
    """Paths below the puller's home."""

    program: ClassVar[str] = "duecare-pull"
    variable: ClassVar[str] = HOME
    hidden: ClassVar[str] = ".duecare-pull"

    @property
    def hosts(self) -> Path:
        return self.path / "hosts.json"

    @property
    def work(self) -> Path:
        """What is under way, and ansible's words of the newest pass."""
        return self.path / "work"

    @property
    def directories(self) -> tuple[Path, ...]:
        return (self.path, self.work)

    @property
    def private(self) -> tuple[Path, ...]:
        return (self.hosts, self.known_hosts, self.ssh_key)


@dataclass(frozen=True, slots=True)
class Listed:
    """A host that is pulled."""

    name: str
    address: str
    port: int
    user: str
    host_key: str
    """Fingerprint of the key that it shows."""

    @property
    def key(self) -> str:
        """What it is called in files: nothing that a name could spell."""
        return hashlib.sha256(self.name.casefold().encode()).hexdigest()[:24]

    @property
    def reached(self) -> Reached:
        return Reached(self.key, self.address, self.port, self.host_key, self.user)


def read_hosts(place: Place) -> tuple[Listed, ...]:
    """Every host on the list. Raises BadInput if it cannot be read."""
    if not place.hosts.exists():
        return ()
    try:
        found = tuple(Listed(**row) for row in json.loads(place.hosts.read_text()))
        for one in found:
            _check(one)
    except (ValueError, TypeError) as error:
        raise BadInput(f"{place.hosts} cannot be read: {error}.", "Put back the last good copy.") from None
    if len({one.key for one in found}) != len(found):
        raise BadInput(f"{place.hosts} names a host twice.", "Put back the last good copy.")
    return found


def add(place: Place, name: str, address: str, port: int, user: str, line: str) -> Listed:
    """Put a host on the list with its key, in the place of one of that name. Raises BadInput, Refused."""
    _check(Listed(name, address, port, user, "SHA256:" + "A" * 43))
    others = [one for one in read_hosts(place) if one.name.casefold() != name.casefold()]
    if len(others) >= MOST:
        raise Refused(f"The list holds {MOST} hosts already.", "Take off those that are gone.")
    for one in others:
        if (one.address, one.port) == (address, port):
            raise Refused(f"{one.name} is reached there already.", "One computer stands on the list once.")
    made = Listed(name, address, port, user, learn(place, address, port, line))
    _write(place, (*others, made))
    return made


def forget(place: Place, name: str) -> Listed:
    """Take a host off the list. Raises BadInput if it is not there."""
    known = read_hosts(place)
    gone = [one for one in known if one.name.casefold() == name.casefold()]
    if not gone:
        raise BadInput(f"{name!r} is not on the list.", "See `duecare-pull hosts`.")
    _write(place, [one for one in known if one not in gone])
    return gone[0]


def _check(one: Listed) -> None:
    if not isinstance(one.name, str) or not NAME.fullmatch(one.name):
        raise BadInput(
            f"{one.name!r} is not the name of a computer.", "Write it as the computer calls itself."
        )
    if not isinstance(one.address, str) or not is_address(one.address):
        raise BadInput(f"{one.address!r} is no address.", "Give a host name or an IP address.")
    if type(one.port) is not int or not 1 <= one.port <= 65535:
        raise BadInput(f"{one.port!r} is no port.", "Use a number from 1 to 65535.")
    if not isinstance(one.user, str) or not is_account(one.user):
        raise BadInput(
            f"{one.user!r} is no name of an account.", "Use the one that your hosts have for this."
        )
    if one.user == "root":
        raise Refused("Nothing is collected as root.", "Make an ordinary account on the hosts for it.")
    if not isinstance(one.host_key, str) or not is_fingerprint(one.host_key):
        raise BadInput(f"{one.host_key!r} is no fingerprint.", "Add the host anew.")


def _write(place: Place, hosts: tuple[Listed, ...] | list[Listed]) -> None:
    rows = sorted((asdict(one) for one in hosts), key=lambda row: str(row["name"]).casefold())
    write_private(place.hosts, json.dumps(rows, indent=1).encode())
