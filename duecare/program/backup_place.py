"""Trying a directory for backups on the spot: a small file is written, read back and removed.

It is done as the server's own user, in a directory that is opened once and then used by its descriptor alone,
so that nothing put in its way meanwhile (a link, a rename) leads elsewhere. The file has a random name and is
made anew (O_EXCL), so nothing that is there is ever touched. A place within the home is refused by whichever
path or link it is named: the directories above it are compared with the home by device and inode.

A share that hangs would hold the asking thread for good, so the trial has one of its own and a time limit.
"""

from __future__ import annotations

import errno
import os
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

from duecare.errors import BadInput
from duecare.words import gettext as _
from duecare.words import gettext_noop

LONGEST = 500
"""Characters of a path."""
SIZE = 4096
"""Bytes of the file."""
PATIENCE = 10.0
"""Seconds within which the place has to answer."""
DEEPEST = 256
"""Directories above a place."""
MEMORY = frozenset({"tmpfs", "ramfs", "devtmpfs"})
"""File systems whose content is gone with the power."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Tried:
    """A place in which a file could be written, read back and removed."""

    place: str
    """The absolute path, without links."""
    apart: bool
    """Whether it lies on another file system than the home."""
    system: str
    """The kind of file system, such as ext4 or nfs4; empty where the machine does not say."""
    free: int
    """Bytes that the server's user may still write there."""


def attempt(path: str, home: Path, patience: float = PATIENCE) -> Tried:
    """Try the directory `path`. Raises BadInput with what stood in the way and what to do."""
    given = path.strip()
    if not given or len(given) > LONGEST or not given.isprintable():
        raise BadInput(
            _("A path has 1 to %(longest)s printable characters.") % {"longest": LONGEST},
            _("Write it as it is on the server."),
        )
    if not given.startswith("/"):
        raise BadInput(
            _("%(given)s is not an absolute path.") % {"given": repr(given)},
            _("Begin it with a slash, such as /mnt/backup/duecare."),
        )
    if not _one_at_a_time.acquire(blocking=False):
        raise BadInput(_("Another place is being tried just now."), _("Wait some seconds and try again."))
    outcome: list[Tried | BadInput] = []

    def run() -> None:
        try:
            outcome.append(_attempt(given, home))
        except BadInput as error:
            outcome.append(error)
        except OSError as error:
            outcome.append(_refusal(given, error))
        finally:
            _one_at_a_time.release()

    thread = threading.Thread(target=run, daemon=True, name="trial of a place for backups")
    thread.start()
    thread.join(patience)
    if not outcome:
        raise BadInput(
            _("%(given)s did not answer within %(patience)s seconds.")
            % {"given": given, "patience": format(patience, ".0f")},
            _("Is it a share whose server is away? Mount it anew, then try again."),
        )
    if isinstance(outcome[0], BadInput):
        raise outcome[0]
    return outcome[0]


def _attempt(given: str, home: Path) -> Tried:
    place = os.path.realpath(given, strict=True)
    # Links were followed to here and are refused from here on, so what is checked is what is used.
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _demand_outside(given, descriptor, home)
        status = os.fstat(descriptor)
        system = _system(status.st_dev)
        if system in MEMORY:
            raise BadInput(
                _("%(given)s lies in memory (%(system)s) and is empty after the next start.")
                % {"given": given, "system": system},
                _("Choose a place on a disk."),
            )
        _write_and_read(given, descriptor)
        space = os.statvfs(descriptor)
        return Tried(place, status.st_dev != home.stat().st_dev, system, space.f_bavail * space.f_frsize)
    finally:
        os.close(descriptor)


_LOOK = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
"""To compare a directory it need not be readable, where the system has a way to say so (open(2), O_PATH)."""


def _demand_outside(given: str, descriptor: int, home: Path) -> None:
    """Raises BadInput if the directory is the home or lies below it."""
    ours = home.stat()
    here = os.dup(descriptor)
    try:
        for _step in range(DEEPEST):
            status = os.fstat(here)
            if (status.st_dev, status.st_ino) == (ours.st_dev, ours.st_ino):
                raise BadInput(
                    _("%(given)s lies within the home directory of this Duecare.") % {"given": given},
                    _("What takes the home takes it too: choose a place outside, best on another machine."),
                )
            above = os.open("..", _LOOK, dir_fd=here)
            os.close(here)
            here = above
            parent = os.fstat(above)
            if (parent.st_dev, parent.st_ino) == (status.st_dev, status.st_ino):
                return
        raise BadInput(
            _("%(given)s lies too deep.") % {"given": given}, _("Choose a place nearer to the root.")
        )
    finally:
        os.close(here)


def _write_and_read(given: str, descriptor: int) -> None:
    name, content = f".duecare-trial-{secrets.token_hex(12)}", secrets.token_bytes(SIZE)
    file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=descriptor)
    try:
        written = os.write(file, content)
        os.fsync(file)
        os.lseek(file, 0, os.SEEK_SET)
        if written != SIZE or os.read(file, SIZE + 1) != content:
            raise BadInput(
                _("What was written to %(given)s was not what came back.") % {"given": given},
                _("Do not trust this disk or share: choose another place."),
            )
    finally:
        os.close(file)
        os.unlink(name, dir_fd=descriptor)


def _system(device: int) -> str:
    """The kind of file system on a device, by proc_pid_mountinfo(5); empty where there is no such list."""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        mount, _dash, rest = line.partition(" - ")
        fields = mount.split()
        if len(fields) > 2 and fields[2] == wanted:
            return rest.split(" ", 1)[0][:40]
    return ""


_NEXT = {
    errno.ENOENT: gettext_noop("Make the directory on the server first, or correct the path."),
    errno.ENOTDIR: gettext_noop("Name a directory, not a file."),
    errno.EACCES: gettext_noop(
        "Let the server’s user write there, for example: chown DUECARE’S-USER: DIRECTORY"
    ),
    errno.EPERM: gettext_noop(
        "Let the server’s user write there, for example: chown DUECARE’S-USER: DIRECTORY"
    ),
    errno.EROFS: gettext_noop(
        "It is mounted for reading only: mount it for writing, or choose another place."
    ),
    errno.ENOSPC: gettext_noop("Make room there, or choose another place."),
    errno.EDQUOT: gettext_noop(
        "The server’s user has used up its share there: make room, or raise the share."
    ),
    errno.ELOOP: gettext_noop("Its links lead in a circle: name the directory itself."),
    errno.ENAMETOOLONG: gettext_noop("Shorten the path."),
    errno.ESTALE: gettext_noop("The share has gone stale: mount it anew, then try again."),
}
_LOOK_THERE = gettext_noop("Look at the place on the server, then try again.")


def _refusal(given: str, error: OSError) -> BadInput:
    words = os.strerror(error.errno) if error.errno else str(error)
    next_step = _NEXT.get(error.errno or 0, _LOOK_THERE)
    return BadInput(
        _("%(given)s cannot be used: %(words)s.") % {"given": given, "words": words}, _(next_step)
    )
