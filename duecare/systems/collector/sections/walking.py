"""A search through folders that ends: within a depth, a number of entries and a time, whatever it meets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..look import Look
from ..mounts import mounts
from ..text import shown

SECONDS = 30.0
"""How long one search may take."""
ENTRIES = 400_000
"""How many names one search may look at."""
DEPTH = 24
"""How many folders deep below where it begins."""
ELSEWHERE = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs", "autofs", "afs", "davfs")
)
"""File systems of other computers, which report for themselves and may not answer."""
SKIPPED = frozenset(
    (
        *("proc", "sys", "dev", "modules", "firmware", "__pycache__", "lost+found", "jvm"),
        *("include", "locale", "man", "zoneinfo", "test", "tests", "testdata", "fixtures"),
        *(".git", ".hg", ".svn", ".cache", ".cargo", ".rustup", ".npm", ".m2", ".Trash", "overlay2"),
    )
)
"""Folders that hold nothing of what is looked for: history, caches, parts of the kernel, trial data."""


class Folder(NamedTuple):
    """A folder that the search came to."""

    path: str
    files: list[str]
    folders: list[str]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


class Search:
    """The bounds that all steps of one search share; `cut` says why it ended before its end."""

    def __init__(self, look: Look, clock: Callable[[], float] = time.monotonic) -> None:
        self.look, self._clock = look, clock
        self._end, self._left = clock() + SECONDS, ENTRIES
        self._elsewhere = {mount.place for mount in look.share(mounts) if mount.filesystem in ELSEWHERE}
        self._seen: set[str] = set()
        self.cut = ""

    def open(self, path: str) -> Folder | None:
        """What a folder holds, links left out; None if it is not to be had, or the search is at its end."""
        if self.cut or path in self._seen or path in self._elsewhere:
            return None
        self._seen.add(path)
        if self._clock() > self._end:
            self.cut = f"the search was ended after {SECONDS:.0f} seconds"
            return None
        try:
            found = sorted(self.look.machine.entries(path))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.look.problem(path, error)
            return None
        self._left -= len(found)
        if self._left < 0:
            self.cut = f"the search was ended after {ENTRIES} entries"
            return None
        return Folder(
            path,
            [shown(name) for name, kind in found if kind == "file"],
            [shown(name) for name, kind in found if kind == "folder"],
        )

    def walk(self, top: str, into: Callable[[Folder], list[str]]) -> Iterator[Folder]:
        """The folders from `top` on, each before those in it; `into` says into which of its own to go."""
        pending = [(top, 0)]
        while pending:
            path, depth = pending.pop()
            folder = self.open(path)
            if folder is None:
                continue
            yield folder
            below = [name for name in into(folder) if name not in SKIPPED]
            if below and depth == DEPTH:
                self.look.problem(path, f"folders more than {DEPTH} deep are not looked into")
                continue
            pending += [(f"{path.rstrip('/')}/{name}", depth + 1) for name in reversed(below)]
