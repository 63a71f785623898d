# ruff: noqa: PTH114, PTH115, PTH116, PTH118, PTH123, PTH208  (paths are another machine's text)
"""A computer as the collector sees it: files, links, folders, and the answers of read-only commands.

Everything that the collector learns comes through a `Machine`, so that a mounted disk, or a tree made for a
test, is looked at in the same way as the computer that runs this.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import stat
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

MIB = 1 << 20
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
LIST_LIMIT = 512 * MIB
"""Package lists of large distributions unpack to 100 MiB and more."""


class Machine:
    """A computer, as far as it can be seen. Paths are absolute, as the computer itself writes them.

    Every method raises OSError where the thing cannot be had (FileNotFoundError where there is none).
    """

    root = "/"
    """Where its file system is mounted."""
    live = True
    """Whether it is the computer that runs this; a mounted tree has no processes and runs no commands."""
    as_root = False

    def read(self, path: str, limit: int = 8 * MIB) -> bytes:
        """A regular file's content; OSError (EFBIG) if it is longer than `limit` bytes."""
        content = self.slice(path, 0, limit + 1)
        if len(content) > limit:
            raise OSError(errno.EFBIG, f"larger than {limit} bytes")
        return content

    def slice(self, path: str, start: int, size: int) -> bytes:
        """At most `size` bytes of a regular file, from byte `start` on."""
        raise NotImplementedError

    def listdir(self, path: str) -> list[str]:
        raise NotImplementedError

    def stat(self, path: str) -> os.stat_result:
        """Of what a link leads to."""
        raise NotImplementedError

    def readlink(self, path: str) -> str:
        raise NotImplementedError

    def entries(self, path: str) -> list[tuple[str, str]]:
        """What a folder holds: each name with `folder`, `file`, `link` or `other`."""
        found = []
        for name in self.listdir(path):
            below = f"{path.rstrip('/')}/{name}"
            try:
                self.readlink(below)
            except OSError:
                found.append((name, _kind(self.stat(below).st_mode)))
            else:
                found.append((name, "link"))
        return found

    def exists(self, path: str) -> bool:
        """Whether it is there; PermissionError if that cannot be told."""
        try:
            self.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def run(self, argv: Sequence[str], timeout: float = 10.0, limit: int = 8 * MIB) -> tuple[int, bytes]:
        """Run a read-only command without a shell: its exit code and what it printed.

        Raises FileNotFoundError if it is not installed or this is a mounted tree, TimeoutError, or OSError
        (EFBIG) if it prints more than `limit` bytes.
        """
        raise NotImplementedError


def _kind(mode: int) -> str:
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"


def _kind_of(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


class RealMachine(Machine):
    """This computer, or the file system of another below a directory."""

    def __init__(self, root: str = "/") -> None:
        self.root = os.path.realpath(root)
        self.live = self.root == "/"
        self.as_root = os.geteuid() == 0
        if not Path(self.root).is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a directory", root)

    def _real(self, path: str, *, follow_last: bool = True) -> str:
        """Where a path of that computer lies on this one.

        Links in a mounted tree are followed as its own computer would, so none leads out of the tree.
        """
        if self.live:
            return path
        pending = [part for part in path.split("/") if part][::-1]
        done: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part == ".":
                continue
            if part == "..":
                done = done[:-1]
                continue
            here = os.path.join(self.root, *done, part)
            if (pending or follow_last) and os.path.islink(here):
                links += 1
                if links > 40:
                    raise OSError(errno.ELOOP, "too many links", path)
                target = os.readlink(here)
                done = [] if target.startswith("/") else done
                pending += [piece for piece in target.split("/") if piece][::-1]
            else:
                done.append(part)
        return os.path.join(self.root, *done)

    def slice(self, path: str, start: int, size: int) -> bytes:
        # Anyone may link a file that root reads to a device that acts when it is opened (a watchdog, say).
        # Opening must not wait on a pipe either, nor follow a link put into a mounted tree meanwhile.
        real = self._real(path)
        if not stat.S_ISREG(os.stat(real, follow_symlinks=self.live).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if self.live else os.O_NOFOLLOW)
        with open(os.open(real, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, "not a regular file", path)
            if start:
                file.seek(start)
            return file.read(size)

    def listdir(self, path: str) -> list[str]:
        return os.listdir(self._real(path))

    def entries(self, path: str) -> list[tuple[str, str]]:
        with os.scandir(self._real(path)) as found:
            return [(entry.name, _kind_of(entry)) for entry in found]

    def stat(self, path: str) -> os.stat_result:
        return os.stat(self._real(path), follow_symlinks=self.live)

    def readlink(self, path: str) -> str:
        return os.readlink(self._real(path, follow_last=False))

    def run(self, argv: Sequence[str], timeout: float = 10.0, limit: int = 8 * MIB) -> tuple[int, bytes]:
        program = shutil.which(argv[0], path=PATH) if self.live else None
        if program is None:
            raise FileNotFoundError(errno.ENOENT, "not installed", argv[0])
        environment = {"PATH": PATH, "LC_ALL": "C", "TZ": "UTC", "HOME": "/nonexistent"}
        process = subprocess.Popen(  # noqa: S603  (fixed commands, fixed PATH, no shell)
            [program, *argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        late = threading.Event()

        def stop() -> None:
            late.set()
            _kill(process)

        timer = threading.Timer(timeout, stop)
        timer.start()
        try:
            assert process.stdout is not None  # noqa: S101  (asked for above)
            with process.stdout as output:
                printed = output.read(limit + 1)
            if len(printed) > limit:
                raise OSError(errno.EFBIG, f"prints more than {limit} bytes", argv[0])
            code = process.wait()
        finally:
            timer.cancel()
            _kill(process)
            process.wait()
        if late.is_set():
            raise TimeoutError(errno.ETIMEDOUT, f"no answer within {timeout:g} s", argv[0])
        return code, printed


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
