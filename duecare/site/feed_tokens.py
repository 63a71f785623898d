"""Addresses by which a calendar program reads one person's duties without signing in.

An address holds a token of 256 bits, shown once and stored as its SHA-256 (SECURITY.md 10). It opens nothing
but its owner's own tasks, for a year at most, and only while they hold a right: what it shows is decided
anew at each reading. A person has at most one; a new one ends the one before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from duecare.ledger.recording import recording
from duecare.ledger.viewers import Role, Viewer
from duecare.site.models import FeedToken
from duecare.site.rights import today
from duecare.site.tokens import digest_of, new_token, owner_of

LASTS = timedelta(days=365)
FEED = "site.feed"
"""The kind of the note that an address was made or ended; it holds nothing of the token."""


def make_token(viewer: Viewer, now: datetime) -> str:
    """A new token for the viewer's calendar, which nobody can be told again. Ends the one before."""
    token, digest = new_token()
    expires = now + LASTS
    with recording(viewer.actor, "make an address for one's calendar") as act:
        _in_force(viewer, now).update(ended_at=now)
        FeedToken.objects.create(person=viewer.person, digest=digest, made_at=now, expires_at=expires)
        act.note(FEED, viewer.person, {"made": True, "expires": expires})
    return token


def end_token(viewer: Viewer, now: datetime) -> bool:
    """End the address of the viewer's calendar. Returns whether there was one."""
    with recording(viewer.actor, "end the address for one's calendar") as act:
        ended = _in_force(viewer, now).update(ended_at=now)
        if ended:
            act.note(FEED, viewer.person, {"made": False})
    return bool(ended)


def token_in_force(viewer: Viewer, now: datetime) -> FeedToken | None:
    """When the viewer's address was made and until when it counts, if they have one."""
    return _in_force(viewer, now).first()


def reader_of(token: str, now: datetime) -> Viewer | None:
    """Whose duties a token opens, with no more than a member's right; None if it opens nothing today."""
    known = FeedToken.objects.filter(digest=digest_of(token), ended_at=None, expires_at__gt=now).first()
    owner = None if known is None else owner_of(known.person, now)
    if owner is None:
        return None
    _user, viewer = owner
    if not viewer.roles or not viewer.may_see_day(today(now)):
        return None
    return Viewer(viewer.actor, viewer.name, frozenset({Role.MEMBER}), viewer.person)


def _in_force(viewer: Viewer, now: datetime) -> QuerySet[FeedToken]:
    return FeedToken.objects.filter(person=viewer.person, ended_at=None, expires_at__gt=now)
