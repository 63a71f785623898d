"""Blobs: larger content, kept as files named by their SHA-256, referred to by payloads.

A blob is written and synced before the entry that names it commits; an act that fails leaves at most a
blob that nothing names.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from duecare.errors import NotFound, Tampered
from duecare.home import Home, sync_directory, write_private


def _place(digest: str) -> Path:
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise NotFound(_("%(value)s is not the name of a blob.") % {"value": repr(digest[:80])})
    home: Home = settings.DUECARE_HOME
    return home.blobs / digest[:2] / digest[2:]


def keep(data: bytes) -> str:
    """Store `data` and return its SHA-256, 64 hex. Durable when this returns."""
    digest = hashlib.sha256(data).hexdigest()
    place = _place(digest)
    if not (place.exists() and place.read_bytes() == data):
        # What was there under this name was damaged: here is the content to mend it.
        fresh = not place.parent.exists()
        write_private(place, data)
        if fresh:
            sync_directory(place.parent.parent)
    return digest


def keep_file(file: Path) -> str:
    """Store a copy of a file, which may be too large for memory, and return its SHA-256, 64 hex."""
    home: Home = settings.DUECARE_HOME
    with file.open("rb") as source, tempfile.NamedTemporaryFile(dir=home.blobs, delete=False) as copy:
        try:
            hashed = hashlib.sha256()
            while piece := source.read(1 << 20):
                hashed.update(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
            digest = hashed.hexdigest()
            place = _place(digest)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            Path(copy.name).replace(place)
        except BaseException:
            Path(copy.name).unlink(missing_ok=True)
            raise
    sync_directory(place.parent)
    sync_directory(place.parent.parent)
    return digest


@contextmanager
def opened(digest: str) -> Iterator[BinaryIO]:
    """The file of a blob, read whole once to see that its content is what its name says, at its beginning.

    Raises NotFound and Tampered as `fetch` does.
    """
    try:
        file = _place(digest).open("rb")
    except FileNotFoundError:
        raise _missing(digest) from None
    with file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise _altered(digest)
        file.seek(0)
        yield file


def fetch(digest: str) -> bytes:
    """The content of a blob.

    Raises NotFound if there is none, Tampered if the file's content is not what its name says.
    """
    try:
        data = _place(digest).read_bytes()
    except FileNotFoundError:
        raise _missing(digest) from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise _altered(digest)
    return data


def digest_now(digest: str) -> str:
    """SHA-256 of what lies under a blob's name now, read a piece at a time. Raises NotFound if none is."""
    try:
        with _place(digest).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise _missing(digest) from None


def stored(digest: str) -> bool:
    """Whether a file of that name exists; its content is not read."""
    return _place(digest).exists()


def _missing(digest: str) -> NotFound:
    return NotFound(_("The blob %(digest)s is missing.") % {"digest": digest}, _("Restore it from a backup."))


def _altered(digest: str) -> Tampered:
    return Tampered(
        _("The blob %(digest)s was altered on disk.") % {"digest": digest}, _("Restore it from a backup.")
    )
