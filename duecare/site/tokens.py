"""What tokens have in common, whatever they open: 256 random bits, shown once, kept as their SHA-256.

A token is never worth more than its owner is today (SECURITY.md 10): who that is to the record is found out
anew each time that one is used.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime

from duecare.ledger.viewers import Viewer
from duecare.site.models import User
from duecare.site.rights import viewer_of


def new_token(prefix: str = "") -> tuple[str, str]:
    """A token, and the digest to keep of it."""
    token = prefix + secrets.token_urlsafe(32)
    return token, digest_of(token)


def digest_of(token: str) -> str:
    """SHA-256 of a token, 64 hex. A fast hash serves: nobody can guess 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def owner_of(person: str, now: datetime, day: date | None = None) -> tuple[User, Viewer] | None:
    """Who made a token, with their rights of this moment; None if they cannot sign in any more."""
    user = User.objects.filter(person=person).first()
    return None if user is None else (user, viewer_of(user, now, day))
