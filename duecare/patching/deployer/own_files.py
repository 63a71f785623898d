"""The deployer's own directory, which nobody else may read or write: keys, people whom it trusts, runs."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from duecare.errors import BadInput, DuecareError, Refused

HOME = "DUECARE_DEPLOY_HOME"


@dataclass(frozen=True, slots=True)
class Place:
    """Paths below the deployer's home."""

    path: Path

    @classmethod
    def from_environment(cls) -> Place:
        """The directory that DUECARE_DEPLOY_HOME names, else `~/.duecare-deploy`."""
        named = os.environ.get(HOME)
        return cls(Path(named).expanduser().absolute() if named else Path.home() / ".duecare-deploy")

    @property
    def people(self) -> Path:
        return self.path / "people.json"

    @property
    def known_hosts(self) -> Path:
        return self.path / "known_hosts"

    @property
    def ssh_key(self) -> Path:
        return self.path / "id_ed25519"

    @property
    def runs(self) -> Path:
        """One directory for each order that was ever taken: what is here is never done again."""
        return self.path / "runs"

    @property
    def seen(self) -> Path:
        """One empty file for each bundle that was read, by its digest."""
        return self.path / "seen"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    def prepare(self) -> None:
        """Make the directories that are missing, for this user alone.

        Raises DuecareError if the place cannot be written, Refused if others could change or read it.
        """
        os.umask(0o077)
        if any(one.isspace() or one in "\"'%$\\" for one in str(self.path)):
            raise BadInput(
                f"The path {self.path} holds a blank or a quotation mark, which ssh would read as its own.",
                f"Choose another with {HOME}.",
            )
        try:
            for place in (self.path, self.runs, self.seen):
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DuecareError(f"{self.path} cannot be made: {error.strerror}.", f"Set {HOME}.") from error
        for place in (self.path, self.people, self.known_hosts, self.ssh_key):
            if place.exists() or place.is_symlink():
                _demand_private(place)


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
        raise BadInput(f"{place.name} is larger than {most} bytes.", "No order is.")
    return data
