"""A directory of one's own, which nobody else may read or write, and files that others put down."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from duecare.errors import BadInput, DuecareError, Refused


@dataclass(frozen=True, slots=True)
class Own:
    """Paths below the directory of a program that reaches hosts."""

    path: Path

    program: ClassVar[str]
    variable: ClassVar[str]
    """Of the environment, that may name the directory."""
    hidden: ClassVar[str]
    """Its name in the user's home otherwise."""

    @classmethod
    def from_environment(cls) -> Self:
        """The directory that the variable names, else the one in the user's home."""
        named = os.environ.get(cls.variable)
        return cls(Path(named).expanduser().absolute() if named else Path.home() / cls.hidden)

    @property
    def known_hosts(self) -> Path:
        return self.path / "known_hosts"

    @property
    def ssh_key(self) -> Path:
        return self.path / "id_ed25519"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def directories(self) -> tuple[Path, ...]:
        """Those that are made at first use."""
        return (self.path,)

    @property
    def private(self) -> tuple[Path, ...]:
        """Files on which it all rests."""
        return (self.known_hosts, self.ssh_key)

    def prepare(self) -> None:
        """Make the directories that are missing, for this user alone.

        Raises DuecareError if the place cannot be written, Refused if others could change or read it.
        """
        os.umask(0o077)
        if any(one.isspace() or one in "\"'%$\\{}" for one in str(self.path)):
            raise BadInput(
                f"The path {self.path} holds a blank, a quotation mark or a sign that ssh or ansible would "
                "read as its own.",
                f"Choose another with {self.variable}.",
            )
        try:
            for place in self.directories:
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DuecareError(
                f"{self.path} cannot be made: {error.strerror}.", f"Set {self.variable}."
            ) from error
        for place in (self.path, *self.private):
            if place.exists() or place.is_symlink():
                _demand_private(place)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For one pass at a time. Raises Refused if another is going on."""
        handle = os.open(self.lock, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Refused("Another pass is going on.", "Wait until it has ended.") from None
        finally:
            os.close(handle)


def _demand_private(place: Path) -> None:
    status = place.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise Refused(f"{place} is a link.", "Put the file itself there.")
    if status.st_uid != os.geteuid():
        raise Refused(f"{place} belongs to another user.", f"Run: chown {os.geteuid()} '{place}'")
    if status.st_mode & 0o077:
        raise Refused(f"Others on this machine can use {place}.", f"Run: chmod go= '{place}'")


def read_regular(place: Path, most: int) -> bytes:
    """The bytes of a file that others put there.

    Raises BadInput for what is no plain file (a link, a pipe, a device) or is larger than `most` bytes.
    """
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BadInput(
            f"{place.name} cannot be read: {error.strerror}.", "It has to be a plain file."
        ) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise BadInput(f"{place.name} is no plain file.", "Only plain files are read.")
    with os.fdopen(handle, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise BadInput(f"{place.name} is larger than {most} bytes.", "It has to be smaller.")
    return data
