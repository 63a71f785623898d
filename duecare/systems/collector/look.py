"""Looking at a machine, and noting what could not be seen.

A section of the report looks through a `Look`: what is missing is None or empty, what is there and cannot be
read is noted with the reason, and the section's state in the report follows from these notes
(docs/report-format.md, "A section"). What would only have filled a field of a list's members, such as the
program behind a socket, is looked for through `Look.details`: then the list still counts as read.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterable, MutableMapping
from datetime import datetime
from typing import Any, TypedDict, TypeVar

from .machine import MIB, Machine
from .text import decoded, shown
from .times import from_epoch

Found = TypeVar("Found")


class Problem(TypedDict):
    """A path or command that could not be read, and why."""

    what: str
    reason: str


class Unreadable(Exception):
    """Nothing of a section could be learnt."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what}: {reason}")
        self.what, self.reason = what, reason


class Host:
    """The machine under study, and what several sections share about it."""

    def __init__(self, machine: Machine, now: datetime, seen: MutableMapping[str, str] | None) -> None:
        self.machine, self.now, self.seen = machine, now, seen
        self.wants_root: list[str] = []
        self._shared: dict[str, tuple[Any, list[Problem]]] = {}

    def share(self, learn: Callable[[Look], Any]) -> tuple[Any, list[Problem]]:
        """What `learn` gives, learnt once, and the problems met on the way."""
        name = learn.__name__
        if name not in self._shared:
            look = Look(self)
            self._shared[name] = (learn(look), look.problems)
        return self._shared[name]


class Look:
    """One section's view of the machine: missing things are None or empty, unreadable ones are noted."""

    def __init__(self, host: Host) -> None:
        self.host, self.machine = host, host.machine
        self.problems: list[Problem] = []
        self.sources: list[str] = []
        self.absent = False
        self._details: Look | None = None

    @property
    def details(self) -> Look:
        """The view for what fills single fields of a list's members.

        What it cannot read leaves those fields null and is told with the section's problems, but the list has
        all its members, so that the section counts as read.
        """
        if self._details is None:
            self._details = Look(self.host)
            self._details.sources = self.sources
        return self._details

    def problem(self, what: str, reason: str | Exception) -> None:
        """Note that something could not be read, and why."""
        if isinstance(reason, PermissionError) and not self.machine.as_root:
            self.host.wants_root.append(what)
        if isinstance(reason, OSError):
            reason = reason.strerror or type(reason).__name__
        self._note([{"what": what, "reason": str(reason)}])

    def source(self, *names: str) -> None:
        self.sources += [name for name in names if name not in self.sources]

    def share(self, learn: Callable[[Look], Any]) -> Any:
        """What several sections need, learnt once; whatever stood in its way is a problem of this one too."""
        value, problems = self.host.share(learn)
        self._note(problems)
        return value

    def in_full(self, learn: Callable[[Look], Found]) -> Found | None:
        """What `learn` gives if nothing stood in its way; else None, and what did is noted."""
        part = Look(self.host)
        found = learn(part)
        self.source(*part.sources)
        self._note(part.problems)
        return None if part.problems else found

    def _note(self, problems: Iterable[Problem]) -> None:
        self.problems += [row for row in problems if row not in self.problems]

    def data(self, path: str, limit: int = 8 * MIB) -> bytes | None:
        try:
            return self.machine.read(path, limit)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.problem(path, error)
            return None

    def text(self, path: str, limit: int = 8 * MIB) -> str | None:
        data = self.data(path, limit)
        return None if data is None else decoded(data)

    def need(self, path: str, limit: int = 128 * MIB) -> str:
        """A file's text without which there is nothing to tell. Raises Unreadable."""
        try:
            return decoded(self.machine.read(path, limit))
        except OSError as error:
            if isinstance(error, PermissionError) and not self.machine.as_root:
                self.host.wants_root.append(path)
            raise Unreadable(path, error.strerror or type(error).__name__) from error

    def lines(self, path: str) -> list[str]:
        """A configuration file's lines, without comments (#) and blank ones."""
        lines = (line.strip() for line in (self.text(path) or "").splitlines())
        return [line for line in lines if line and not line.startswith("#")]

    def word(self, path: str) -> str | None:
        """The stripped content of a file of one line; None if empty or missing."""
        return (self.text(path, 64 * 1024) or "").strip() or None

    def names(self, path: str) -> list[str]:
        try:
            return sorted(shown(name) for name in self.machine.listdir(path))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self.problem(path, error)
            return []

    def exists(self, path: str) -> bool:
        return self.stat(path) is not None

    def any_exists(self, *paths: str) -> bool:
        return any(self.exists(path) for path in paths)

    def stat(self, path: str) -> os.stat_result | None:
        try:
            return self.machine.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.problem(path, error)
            return None

    def modified(self, path: str) -> str | None:
        """When a file was last written."""
        status = self.stat(path)
        return None if status is None else from_epoch(status.st_mtime)

    def link(self, path: str) -> str | None:
        try:
            return shown(self.machine.readlink(path))
        except OSError:
            return None

    def glob(self, pattern: str) -> list[str]:
        """The paths that a pattern with * in any of its components matches, sorted."""
        found = [""]
        for part in pattern.strip("/").split("/"):
            if any(sign in part for sign in "*?["):
                found = [
                    f"{base}/{name}"
                    for base in found
                    for name in self.names(base or "/")
                    if fnmatch.fnmatchcase(name, part) and (part.startswith(".") or not name.startswith("."))
                ]
            else:
                found = [f"{base}/{part}" for base in found]
        return [path for path in found if self.exists(path)]

    def run(self, *argv: str, timeout: float = 10.0) -> tuple[int, str] | None:
        """A command's exit code and output; None if it is not installed, or did not answer (noted)."""
        try:
            code, printed = self.machine.run(argv, timeout)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.problem(" ".join(argv), error)
            return None
        return code, decoded(printed)

    def printed(self, *argv: str) -> str | None:
        """What a command printed, if it is installed and ended with 0."""
        answer = self.run(*argv)
        return answer[1] if answer is not None and answer[0] == 0 else None
