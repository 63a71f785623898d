"""The accounts of /etc/passwd (passwd(5)), on macOS of its directory, as several sections need them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .look import Look
from .macos.people import directory
from .system import family
from .text import whole


class Account(NamedTuple):
    """A line of /etc/passwd (passwd(5))."""

    name: str
    password: str
    uid: int
    gid: int
    home: str
    shell: str


def passwd(look: Look) -> list[Account]:
    if look.share(family) == "macos":
        return list(_of_the_directory(look))
    found = []
    for line in (look.text("/etc/passwd") or "").splitlines():
        fields = line.split(":")
        if len(fields) >= 7 and fields[2].isdigit() and fields[3].isdigit() and fields[0][:1] not in "+-":
            found.append(Account(fields[0], fields[1], int(fields[2]), int(fields[3]), fields[5], fields[6]))
    return found


def _of_the_directory(look: Look) -> Iterator[Account]:
    """On macOS /etc/passwd is read in single-user mode only (its own first lines say so)."""
    for row in look.share(directory):
        first = {name: values[0] for name, values in row.items() if values}
        uid, gid = whole(first.get("UniqueID")), whole(first.get("PrimaryGroupID"))
        if uid is not None and gid is not None:
            home, shell = first.get("NFSHomeDirectory", ""), first.get("UserShell", "")
            yield Account(first["RecordName"], "*", uid, gid, home, shell)
