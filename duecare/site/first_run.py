"""The first run: whoever reads the terminal, or a file that only the owner of the home can read, claims it.

A token of 256 bits, good for 15 minutes, claimed by POST; until then nothing else is served (SECURITY.md 12).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time

from django.conf import settings
from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.home import Home, write_private
from duecare.site.models import User

MINUTES = 15
_claimed = False


def claimed() -> bool:
    """Whether this Duecare has a first user. Asked of the database only until it has."""
    global _claimed
    if not _claimed:
        _claimed = User.objects.exists()
    return _claimed


def forget() -> None:
    """Ask the database again: for a process that changed homes."""
    global _claimed
    _claimed = False


def _home() -> Home:
    home: Home = settings.DUECARE_HOME
    return home


def issue_token(now: float | None = None) -> str:
    """Make a new token, good for 15 minutes; the one before it is void. Only its hash is kept here."""
    token = secrets.token_urlsafe(32)
    expires = int((time.time() if now is None else now) + MINUTES * 60)
    digest = hashlib.sha256(token.encode()).hexdigest()
    write_private(_home().first_run_token, json.dumps({"sha256": digest, "expires": expires}).encode())
    return token


def leave_in_file(token: str) -> str:
    """Write the token where only the home's owner can read it; the path."""
    place = _home().path / "first-run-token.txt"
    write_private(place, (token + "\n").encode())
    return str(place)


def check_token(given: str, now: float | None = None) -> None:
    """Refuse a token that is wrong or too old. Raises Refused with the next step."""
    again = _("Restart Duecare (`duecare start`) and use the token that it then shows.")
    try:
        kept = json.loads(_home().first_run_token.read_text())
    except (FileNotFoundError, ValueError):
        raise Refused(_("No token has been issued."), again) from None
    if (time.time() if now is None else now) > kept["expires"]:
        raise Refused(_("This token is older than %(minutes)s minutes.") % {"minutes": MINUTES}, again)
    if not hmac.compare_digest(hashlib.sha256(given.strip().encode()).hexdigest(), kept["sha256"]):
        raise Refused(_("This is not the token."), _("Copy it whole from the terminal or the file."))


def discard_token() -> None:
    """Once claimed, there is no token."""
    _home().first_run_token.unlink(missing_ok=True)
    (_home().path / "first-run-token.txt").unlink(missing_ok=True)
