"""The collectors as files that are copied to other computers and run there.

For Windows that is a script of PowerShell, as it lies in `windows/content`. For all others it is a zipapp
(PEP 441; the library's `zipapp` module): a zip of the package `collector` and of nothing else of ours, with a
first line for the shell, that any Python from 3.8 on runs as it is. Members are stored and not compressed, in
order and without times, so that the same release gives the same bytes everywhere: whoever was sent a copy can
compare its digest with their own.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from duecare.errors import BadInput
from duecare.systems.collector import write_private
from duecare.words import gettext as _

SUGGESTED_NAME = "duecare-collect.pyz"
WINDOWS_SUFFIX = ".ps1"

_FIRST_LINE = b"#!/usr/bin/env python3\n"
_PACKAGE = "duecare_collect"
_MAIN = f"""import sys

if sys.version_info < (3, 8):
    sys.exit("duecare-collect needs Python 3.8 or newer; this is Python %d.%d." % sys.version_info[:2])

from {_PACKAGE}.command import main

sys.exit(main())
"""
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name."""


def one_file() -> bytes:
    """The collector as one runnable file."""
    members = {"__main__.py": _MAIN.encode()}
    for name, content in _sources(resources.files("duecare.systems.collector")):
        members[f"{_PACKAGE}/{name}"] = content
    buffer = io.BytesIO()
    buffer.write(_FIRST_LINE)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            about = zipfile.ZipInfo(name, _EARLIEST)
            about.create_system = 3  # Unix, wherever it is written
            about.external_attr = 0o644 << 16
            archive.writestr(about, members[name])
    return buffer.getvalue()


def windows_file() -> bytes:
    """The collector for Windows, as it is run there."""
    return resources.files("duecare.systems.windows").joinpath("content", "collect.ps1").read_bytes()


def how_to_run(path: Path) -> str:
    """The command that runs the copy, where it was carried."""
    if is_for_windows(path):
        return f"powershell -NoProfile -ExecutionPolicy Bypass -File {path.name} -Out FILE"
    return f"python3 {path.name} --out FILE"


def is_for_windows(path: Path) -> bool:
    """Whether a copy of that name is the one for Windows, which runs no other."""
    return path.suffix.lower() == WINDOWS_SUFFIX


def _sources(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.name.endswith(".py"):
            yield prefix + item.name, item.read_bytes()
        elif item.is_dir() and item.name != "__pycache__":
            yield from _sources(item, f"{prefix}{item.name}/")


def write_one_file(path: Path) -> None:
    """Put the file there, runnable by anyone. Raises BadInput if it cannot be written.

    A name that ends in .ps1 gets the collector for Windows, any other name the one for the rest.
    """
    try:
        write_private(path, windows_file() if is_for_windows(path) else one_file())
        path.chmod(0o755)
    except OSError as error:
        raise BadInput(
            _("%(path)s: the collector could not be written there: %(value)s.")
            % {"path": path, "value": error.strerror or error},
            _("Give --write-copy a file in a folder that exists and that you may write to."),
        ) from error
