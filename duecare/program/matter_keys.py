"""The keys of matters: one file each, in the home's `keys/matters/`, outside database, blobs and exports.

Whoever loses a key loses what the matter holds; whoever has the key and the database reads it. Which is why
they are backed up apart (docs/operations.md).
"""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.home import Home, write_private
from duecare.program.matter_seal import KEY_SIZE


def _place(matter: str) -> Path:
    if not matter.isascii() or not matter.isalnum():
        raise DuecareError(f"{matter[:40]!r} is not the key of a matter's record.")
    home: Home = settings.DUECARE_HOME
    return home.keys / "matters" / f"{matter}.key"


def make_key(matter: str) -> bytes:
    """Draw the key of a new matter and keep it; on disk when this returns."""
    key = secrets.token_bytes(KEY_SIZE)
    write_private(_place(matter), key.hex().encode() + b"\n")
    return key


def forget_key(matter: str) -> None:
    """Remove the key of a matter that was never opened."""
    _place(matter).unlink(missing_ok=True)


def key_of(matter: str) -> bytes:
    """The key of a matter. Raises DuecareError if it is missing, damaged, or readable by others."""
    place = _place(matter)
    try:
        if place.stat().st_mode & 0o077:
            raise DuecareError(
                _("Others on this machine can read the key of this matter."),
                _("Whoever runs this Duecare runs: chmod 600 %s") % place,
            )
        key = bytes.fromhex(place.read_text().strip())
    except (OSError, ValueError) as error:
        raise DuecareError(
            _("The key of this matter cannot be read, so nothing in it can be opened."),
            _("Whoever runs this Duecare puts %s back from where the keys are kept.")
            % f"keys/matters/{place.name}",
        ) from error
    if len(key) != KEY_SIZE:
        raise DuecareError(
            _("The key of this matter is damaged, so nothing in it can be opened."),
            _("Whoever runs this Duecare puts %s back from where the keys are kept.")
            % f"keys/matters/{place.name}",
        )
    return key
