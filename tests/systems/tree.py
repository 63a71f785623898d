"""A computer made of text, for tests of the collector and of the checks over its reports.

A `Tree` holds files, links and what commands answer. It is never changed in place: each method gives a new
tree, so that a test reads as "a healthy Debian without this file". `trees.py` has healthy ones to start from.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from duecare.systems.collector import Machine, collect

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
"""When healthy trees are looked at."""


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    modified: datetime
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Tree:
    """A file system, what runs on it, and the answers of its commands."""

    now: datetime = NOW
    files: Mapping[str, File] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    """Paths that may not be read, with all that lies below them."""
    answers: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)
    live: bool = True
    as_root: bool = True
    sights: Mapping[str, str] | None = field(default_factory=dict)
    """What the collector's state file holds; None if it is run without one."""

    # What is there

    def file(
        self, path: str, text: str | bytes, *, modified: datetime | None = None, mode: int = 0o644
    ) -> Tree:
        """With this file, last written an hour ago unless told otherwise."""
        content = text.encode() if isinstance(text, str) else text
        file = File(content, modified or self.now - timedelta(hours=1), mode)
        return replace(self, files={**self.files, path: file}, links=_less(self.links, path))

    def written(self, files: Mapping[str, str], *, modified: datetime | None = None) -> Tree:
        """With all these files."""
        tree = self
        for path, text in files.items():
            tree = tree.file(path, text, modified=modified)
        return tree

    def append(self, path: str, text: str) -> Tree:
        """With this text at the end of a file that is there."""
        return self.file(path, self.files[path].content + text.encode(), modified=self.files[path].modified)

    def change(self, path: str, old: str, new: str) -> Tree:
        """With `old`, which must be in the file, replaced by `new`."""
        content = self.files[path].content.decode()
        assert old in content, f"{old!r} is not in {path}"
        return self.file(path, content.replace(old, new), modified=self.files[path].modified)

    def link(self, path: str, target: str) -> Tree:
        return replace(self, links={**self.links, path: target}, files=_less(self.files, path))

    def folder(self, path: str) -> Tree:
        return replace(self, folders=self.folders | {path})

    def without(self, *paths: str) -> Tree:
        """Without these paths and all that lies below them; each must be there."""
        tree = self
        for path in paths:
            assert tree._known(path), f"{path} is not in the tree"
            tree = replace(
                tree,
                files=_less(tree.files, path),
                links=_less(tree.links, path),
                folders=frozenset(_less(dict.fromkeys(tree.folders), path)),
            )
        return tree

    def unreadable(self, *paths: str) -> Tree:
        """With these paths, and what lies below them, closed to whoever collects."""
        for path in paths:
            assert self._known(path), f"{path} is not in the tree"
        return replace(self, closed=self.closed | set(paths))

    def _known(self, path: str) -> bool:
        return any(_within(known, path) for known in (*self.files, *self.links, *self.folders))

    # What runs

    def process(self, pid: int, name: str, command: str = "", sockets: Sequence[int] = ()) -> Tree:
        """With a running program, and the inodes of the sockets that it holds."""
        tree = self.file(f"/proc/{pid}/comm", name[:15] + "\n").file(f"/proc/{pid}/cmdline", command or name)
        for number, inode in enumerate(sockets):
            tree = tree.link(f"/proc/{pid}/fd/{number + 3}", f"socket:[{inode}]")
        return tree

    def without_process(self, *names: str) -> Tree:
        """Without any program of these names."""
        tree = self
        for name in names:
            comms = [
                p for p, f in tree.files.items() if f.content.decode(errors="replace").strip() == name[:15]
            ]
            found = [path for path in comms if path.startswith("/proc/") and path.endswith("/comm")]
            assert found, f"no program {name} runs in the tree"
            tree = tree.without(*(path.removesuffix("/comm") for path in found))
        return tree

    def command(self, line: str, stdout: str = "", code: int = 0) -> Tree:
        """With this answer to this command line."""
        return replace(self, answers={**self.answers, line: (code, stdout.encode())})

    def without_command(self, start: str) -> Tree:
        """Without any command line that begins so, as if it were not installed."""
        assert any(line.startswith(start) for line in self.answers), f"no command begins with {start!r}"
        return replace(self, answers={k: v for k, v in self.answers.items() if not k.startswith(start)})

    # How it is looked at

    def at(self, now: datetime) -> Tree:
        """Looked at in another moment; files keep their times."""
        return replace(self, now=now)

    def as_user(self) -> Tree:
        """Looked at by an ordinary account: what belongs to root is closed, what root lists is refused."""
        rooted = (
            "/etc/shadow",
            "/etc/sudoers",
            "/etc/sudoers.d",
            "/etc/doas.conf",
            "/root",
            "/etc/audit/rules.d",
        )
        tree = replace(
            self, as_root=False, closed=self.closed | {path for path in rooted if self._known(path)}
        )
        own = {
            line for line in tree.answers if line.split()[0] in ("nft", "iptables-save", "auditctl", "sshd")
        }
        for line in own:
            tree = tree.command(line, "", 1)
        pids = {path.split("/")[2] for path in tree.links if path.startswith("/proc/") and "/fd/" in path}
        return replace(tree, closed=tree.closed | {f"/proc/{pid}/fd" for pid in pids})

    def mounted(self) -> Tree:
        """Looked at as a mounted file system: nothing runs, no command answers."""
        tree = replace(self, live=False, answers={})
        for top in ("/proc", "/sys", "/run"):
            tree = tree.without(top) if tree._known(top) else tree
        return tree

    def seen(
        self, name: str, architecture: str, offered: str, at: datetime, *, security: bool | None = True
    ) -> Tree:
        """With an update that the collector first saw on offer then."""
        key = "\t".join((name, architecture, offered, str(security)))
        return replace(self, sights={**(self.sights or {}), key: at.strftime("%Y-%m-%dT%H:%M:%SZ")})

    def without_state(self) -> Tree:
        """Collected without a state file, so that no first sight is known."""
        return replace(self, sights=None)

    # What comes of it

    def machine(self) -> TreeMachine:
        return TreeMachine(self)

    def report(self, now: datetime | None = None) -> dict[str, Any]:
        """The collector's report about it."""
        sights = None if self.sights is None else dict(self.sights)
        return collect(self.machine(), now or self.now, sights)

    def facts(self, section: str) -> dict[str, Any]:
        """One section of the report."""
        found: dict[str, Any] = self.report()["facts"][section]
        return found

    def write(self, folder: Path) -> Path:
        """The files and links on disk below a folder, for `--root`; without what a mounted tree lacks."""
        tree = self.mounted()
        for path, file in tree.files.items():
            place = folder / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.content)
            os.utime(place, (file.modified.timestamp(), file.modified.timestamp()))
        for path, target in tree.links.items():
            place = folder / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(target)
        for path in tree.folders:
            (folder / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
        return folder


def _within(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


def _less(known: Mapping[str, Any], top: str) -> dict[str, Any]:
    return {path: value for path, value in known.items() if not _within(path, top)}


class TreeMachine(Machine):
    """A tree as the collector sees it."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.root, self.live, self.as_root = "/" if tree.live else "/mnt", tree.live, tree.as_root
        self._folders: dict[str, set[str]] = {"/": set()}
        for path in (*tree.files, *tree.links, *(f"{folder}/." for folder in tree.folders)):
            parts = path.strip("/").split("/")
            for depth, part in enumerate(parts):
                parent = "/" + "/".join(parts[:depth])
                known = self._folders.setdefault(parent, set())
                if part != ".":
                    known.add(part)

    def _real(self, path: str, *, follow_last: bool = True) -> str:
        done: list[str] = []
        pending = path.strip("/").split("/")[::-1]
        for _ in range(200):
            if not pending:
                return "/" + "/".join(done)
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                done = done[:-1]
                continue
            here = "/" + "/".join([*done, part])
            if any(_within(here, top) and here != top for top in self.tree.closed):
                raise PermissionError(errno.EACCES, "Permission denied", path)
            if here in self.tree.links and (pending or follow_last):
                target = self.tree.links[here]
                done = [] if target.startswith("/") else done
                pending += target.split("/")[::-1]
            else:
                done.append(part)
        raise OSError(errno.ELOOP, "Too many levels of symbolic links", path)

    def slice(self, path: str, start: int, size: int) -> bytes:
        real = self._real(path)
        if real in self.tree.closed:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        if real in self._folders:
            raise IsADirectoryError(errno.EISDIR, "Is a directory", path)
        if real not in self.tree.files:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        return self.tree.files[real].content[start : start + size]

    def listdir(self, path: str) -> list[str]:
        real = self._real(path)
        if real in self.tree.closed:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        if real not in self._folders:
            kind = NotADirectoryError if real in self.tree.files else FileNotFoundError
            raise kind(errno.ENOENT, "No such directory", path)
        return list(self._folders[real])

    def stat(self, path: str) -> os.stat_result:
        real = self._real(path)
        if real in self._folders:
            return os.stat_result((stat.S_IFDIR | 0o755, 0, 0, 1, 0, 0, 0, 0, int(self._newest(real)), 0))
        if real not in self.tree.files:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        file = self.tree.files[real]
        at = int(file.modified.timestamp())
        return os.stat_result((stat.S_IFREG | file.mode, 0, 0, 1, 0, 0, len(file.content), at, at, at))

    def _newest(self, folder: str) -> float:
        times = [file.modified.timestamp() for path, file in self.tree.files.items() if _within(path, folder)]
        return max(times, default=self.tree.now.timestamp())

    def readlink(self, path: str) -> str:
        real = self._real(path, follow_last=False)
        if real not in self.tree.links:
            raise OSError(errno.EINVAL, "Invalid argument", path)
        return self.tree.links[real]

    def run(self, argv: Sequence[str], timeout: float = 10.0, limit: int = 8 << 20) -> tuple[int, bytes]:
        answer = self.tree.answers.get(" ".join(argv))
        if answer is None:
            raise FileNotFoundError(errno.ENOENT, "not installed", argv[0])
        return answer
