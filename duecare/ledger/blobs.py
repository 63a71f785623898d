"""Blobs: larger content, kept as files named by their SHA-256, referred to by payloads.

A blob is written and synced before the entry that names it commits; an act that fails leaves at most a
blob that nothing names.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

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


def fetch(digest: str) -> bytes:
    """The content of a blob.

    Raises NotFound if there is none, Tampered if the file's content is not what its name says.
    """
    try:
        data = _place(digest).read_bytes()
    except FileNotFoundError:
        raise NotFound(
            _("The blob %(digest)s is missing.") % {"digest": digest}, _("Restore it from a backup.")
        ) from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise Tampered(
            _("The blob %(digest)s was altered on disk.") % {"digest": digest}, _("Restore it from a backup.")
        )
    return data


def stored(digest: str) -> bool:
    """Whether a file of that name exists; its content is not read."""
    return _place(digest).exists()
