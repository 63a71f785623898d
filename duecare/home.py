"""The directory that holds one organisation's Duecare: database, keys, blobs and scratch files.

Everything in it is for its owner alone: directories 0700, files 0600 (SECURITY.md 12).
"""

from __future__ import annotations

import os
import pwd
import secrets
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duecare.errors import BadInput, DuecareError


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below one home directory."""

    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        """The directory that DUECARE_HOME names, else `~/.duecare`."""
        named = os.environ.get("DUECARE_HOME")
        return cls(Path(named).expanduser().absolute() if named else Path.home() / ".duecare")

    @property
    def database(self) -> Path:
        return self.path / "duecare.db"

    @property
    def configuration(self) -> Path:
        return self.path / "duecare.toml"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def blobs(self) -> Path:
        return self.path / "blobs"

    @property
    def scratch(self) -> Path:
        return self.path / "scratch"

    @property
    def first_run_token(self) -> Path:
        return self.path / "first-run-token"

    def prepare(self) -> None:
        """Make the directories that are missing, each for the owner alone.

        Raises DuecareError if the place cannot be written, or if others can read what is there.
        """
        os.umask(0o077)
        try:
            for place in (self.path, self.keys, self.blobs, self.scratch):
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DuecareError(
                f"The home directory {self.path} cannot be made: {error.strerror}.",
                "Choose another with --home DIR or DUECARE_HOME.",
            ) from error
        if self.path.stat().st_mode & 0o077:
            raise DuecareError(
                f"Others on this machine can read the home directory {self.path}.",
                f"Run: chmod -R go= '{self.path}'",
            )

    def become_its_owner(self) -> None:
        """Give up root's rights for those of whom the home belongs to, for good (SECURITY.md 12).

        So nothing is served with rights that it does not need, and no file of root's gets among those of
        the home's owner. A home of root's own, or one that is still to be made, leaves things as they are.

        Raises DuecareError if that user does not exist or cannot run this program.
        """
        if os.geteuid() != 0 or not self.path.exists():
            return
        status = self.path.stat()
        if status.st_uid == 0:
            return
        try:
            owner = pwd.getpwuid(status.st_uid)
        except KeyError:
            raise DuecareError(
                f"The home directory {self.path} belongs to user {status.st_uid}, who does not exist here.",
                "Give it to somebody: chown -R USER: DIR",
            ) from None
        os.initgroups(owner.pw_name, owner.pw_gid)
        os.setgid(owner.pw_gid)
        os.setuid(owner.pw_uid)
        os.environ.update(HOME=owner.pw_dir, USER=owner.pw_name, LOGNAME=owner.pw_name)
        for place, right in ((Path(sys.executable), os.X_OK), (Path(__file__), os.R_OK)):
            if not os.access(place, right):
                raise DuecareError(
                    f"{owner.pw_name}, to whom the home directory {self.path} belongs, cannot use {place}.",
                    "Install Duecare where that user can read it, such as below /opt.",
                )

    def secret(self) -> str:
        """The key that signs sessions, made at first use."""
        place = self.keys / "session.key"
        if not place.exists():
            write_private(place, secrets.token_urlsafe(48).encode())
        return place.read_text().strip()

    def openid_secret(self) -> str:
        """What an OpenID Connect provider knows us by; empty if nobody has put it there."""
        place = self.keys / "openid-secret"
        return place.read_text().strip() if place.exists() else ""

    def configured(self) -> dict[str, Any]:
        """What `duecare.toml` says; empty if there is none. Raises BadInput naming the line."""
        try:
            return tomllib.loads(self.configuration.read_text())
        except FileNotFoundError:
            return {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(f"{self.configuration}: {error}.", "Correct the file and start again.") from error


def write_private(place: Path, data: bytes) -> None:
    """Replace a file by `data`, readable by its owner alone, whole or not at all, and synced to disk."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(place.parent)


def sync_directory(place: Path) -> None:
    """Make a rename within `place` survive a loss of power."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
