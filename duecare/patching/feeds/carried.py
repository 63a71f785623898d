"""Records that were carried here as a file each, packed into the one file that a feed is.

A copy of FriendsOfPHP's repository is a directory of two thousand files of YAML. Packed in the order of their
names and without times, the same files are the same bytes, so that they are recognised as unchanged.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.home import Home
from duecare.patching.advisories import bounds

ENDINGS = (".yaml", ".yml")
MOST = 100_000
"""Files that one directory may hold, with those below."""
_DAY = (1980, 1, 1, 0, 0, 0)
"""The first that an archive knows."""


def is_record(name: str) -> bool:
    """Whether a file of that name is taken to be one record of many."""
    return name.lower().endswith(ENDINGS)


@contextmanager
def packed_records(directory: Path) -> Iterator[Path | None]:
    """An archive of the files of YAML in a directory and those below; None if there are none.

    It is called as the directory, `security-advisories.yaml.zip`, and gone afterwards. Links are not
    followed, nor names that begin with a dot. Raises BadInput for too many files, or one that cannot be read.
    """
    home: Home = settings.DUECARE_HOME
    with tempfile.TemporaryDirectory(dir=home.scratch) as place:
        packed = Path(place) / f"{directory.resolve().name or 'records'}.yaml.zip"
        yield packed if _pack(directory, packed) else None


def _pack(directory: Path, packed: Path) -> bool:
    """Write the archive; whether there was anything to put into it."""
    try:
        files = sorted(_files(directory, "", 1))
        if not files:
            return False
        with zipfile.ZipFile(packed, "w") as archive:
            for name, file in files:
                archive.writestr(zipfile.ZipInfo(name, _DAY), _content(file))
    except OSError as error:
        raise BadInput(
            _("%(directory)s cannot be read: %(why)s.")
            % {"directory": error.filename or directory, "why": error.strerror or error},
            _("No record of YAML was taken in. Make it readable, or name another directory."),
        ) from None
    return True


def _files(directory: Path, prefix: str, depth: int) -> Iterator[tuple[str, Path]]:
    count = 0
    with os.scandir(directory) as entries:
        for entry in entries:
            count += 1
            if count > MOST:
                raise BadInput(
                    _("%(directory)s holds more than %(most)s files.")
                    % {"directory": directory, "most": MOST},
                    _("Name the directory of the advisories alone."),
                )
            name = f"{prefix}{entry.name}"
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir() and depth >= bounds.DEPTH:
                raise BadInput(
                    _("%(directory)s lies too deep.") % {"directory": entry.path},
                    _("Name the directory of the advisories alone."),
                )
            if entry.is_dir():
                yield from _files(Path(entry.path), f"{name}/", depth + 1)
            elif entry.is_file() and is_record(entry.name):
                yield name, Path(entry.path)


def _content(file: Path) -> bytes:
    """What a file holds, or as much of it as shows that it is too large to be a record."""
    with file.open("rb") as opened:
        return opened.read(bounds.TEXT + 1)
