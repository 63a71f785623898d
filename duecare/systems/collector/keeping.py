"""What a computer keeps that reports by itself: its key, how often it signed, and the receipts.

A directory for its owner alone. Whoever can read it can report as this computer.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from pathlib import Path
from typing import Any

from . import ed25519

FORMAT = "duecare-host-key/1"
KEY, RECEIPTS, STATE = "key.json", "receipts.jsonl", "state.json"


def usual_place() -> Path:
    """Where the key lies unless --keys says otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/duecare-collect")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "duecare-collect"


class Kept:
    """The directory with the key of this computer. Raises ValueError where it cannot be used, in words."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.state = place / STATE
        """When each update was first seen, unless --state says otherwise."""
        self._lock = -1

    def prepare(self) -> None:
        """Make the directory, refuse one that others can read or write, and keep other runs out of it.

        Two runs at once would sign over the same counter, which the server takes for a copied key.
        """
        try:
            self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
            about = self.place.stat()
        except OSError as error:
            raise ValueError(f"{self.place}: {error.strerror}; choose another with --keys") from error
        if not stat.S_ISDIR(about.st_mode) or about.st_mode & 0o077 or about.st_uid != os.geteuid():
            raise ValueError(
                f"{self.place} must be a directory of this account's, closed to all others (0700)"
            )
        self._lock = os.open(str(self.place / "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ValueError(f"{self.place} is in use by another run: wait for its end") from None

    def done(self) -> None:
        """Let other runs in again."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def has_key(self) -> bool:
        return (self.place / KEY).exists()

    def load(self) -> dict[str, Any]:
        """The key as it is kept: `seed`, `server`, `counter`, `name`."""
        path = self.place / KEY
        try:
            if path.stat().st_mode & 0o077:
                raise ValueError(f"{path} can be read by others: enrol anew, with --new-key")
            kept = json.loads(path.read_bytes())
        except FileNotFoundError:
            raise ValueError(f"{self.place} holds no key: enrol this computer first, with --enrol") from None
        except OSError as error:
            raise ValueError(f"{path}: {error.strerror}") from error
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise ValueError(f"{path} is damaged ({error}): enrol anew, with --new-key") from error
        right = (
            isinstance(kept, dict)
            and kept.get("format") == FORMAT
            and isinstance(kept.get("seed"), str)
            and len(kept["seed"]) == 64
            and isinstance(kept.get("counter"), int)
        )
        if not right:
            raise ValueError(f"{path} is no key of this collector: enrol anew, with --new-key")
        found: dict[str, Any] = kept
        return found

    def write(self, kept: dict[str, Any]) -> None:
        from .command import write_private  # which imports this module when it is needed

        write_private(
            self.place / KEY, json.dumps({**kept, "format": FORMAT}, sort_keys=True).encode() + b"\n"
        )

    def next_counter(self) -> dict[str, Any]:
        """The key with a counter that was never used, which is on disk before anything is signed over it."""
        kept = self.load()
        kept["counter"] += 1
        self.write(kept)
        return kept

    def add_receipt(self, receipt: dict[str, Any]) -> None:
        handle = os.open(
            str(self.place / RECEIPTS), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        with os.fdopen(handle, "ab") as file:
            file.write(json.dumps(receipt, sort_keys=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def new_key(server: str, name: str) -> dict[str, Any]:
    """A new key, not written yet."""
    return {"seed": os.urandom(32).hex(), "server": server, "name": name, "counter": 0}


def public_half(kept: dict[str, Any]) -> bytes:
    return ed25519.public_key(bytes.fromhex(kept["seed"]))


def sign(kept: dict[str, Any], message: bytes) -> str:
    return ed25519.sign(bytes.fromhex(kept["seed"]), message).hex()
