"""The accounts of /etc/passwd (passwd(5)), as several sections need them."""

from __future__ import annotations

from typing import NamedTuple

from .look import Look


class Account(NamedTuple):
    """A line of /etc/passwd (passwd(5))."""

    name: str
    password: str
    uid: int
    gid: int
    home: str
    shell: str


def passwd(look: Look) -> list[Account]:
    found = []
    for line in (look.text("/etc/passwd") or "").splitlines():
        fields = line.split(":")
        if len(fields) >= 7 and fields[2].isdigit() and fields[3].isdigit() and fields[0][:1] not in "+-":
            found.append(Account(fields[0], fields[1], int(fields[2]), int(fields[3]), fields[5], fields[6]))
    return found
