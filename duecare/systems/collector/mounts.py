"""The file systems that are mounted (proc_pid_mountinfo(5))."""

from __future__ import annotations

import re
from typing import NamedTuple

from .look import Look


class Mount(NamedTuple):
    """A line of /proc/self/mountinfo (proc_pid_mountinfo(5))."""

    device_number: str
    place: str
    filesystem: str
    source: str


def mounts(look: Look) -> list[Mount]:
    found = []
    for line in (look.text("/proc/self/mountinfo") or "").splitlines():
        before, _, after = line.partition(" - ")
        fields, types = before.split(" "), after.split(" ")
        if len(fields) >= 5 and len(types) >= 2:
            found.append(Mount(fields[2], unescaped(fields[4]), types[0], unescaped(types[1])))
    return found


def unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def mount_of(look: Look, path: str) -> Mount | None:
    """The mount that holds a path; None if none is known to."""
    found = [m for m in look.share(mounts) if path == m.place or path.startswith(m.place.rstrip("/") + "/")]
    return max(found, key=lambda mount: len(mount.place), default=None)
