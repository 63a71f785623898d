"""Tokens by which a person's programs use the API in their name.

Stored as a SHA-256, for a year at most, with scopes. What one may do is the least of what its scopes name and
what its owner may do at that moment; it approves nothing (SECURITY.md 5, 10). The prefix lets scanners for
secrets find one that was left in a file.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from unicodedata import normalize

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Scope, Viewer
from duecare.site.models import ApiToken, User
from duecare.site.tokens import digest_of, new_token, owner_of
from duecare.web.recorded import recorded

PREFIX = "dct_"
MOST_DAYS = 365
LONGEST = 80
"""Characters of a token's name."""
MOST = 25
"""Tokens of one person that count at the same time."""
NOTE = "site.token"
"""The kind of the note that a token was made or ended; it holds nothing of the token."""
USED_EVERY = timedelta(minutes=10)
"""How exactly it is known when a token was last used: a request should rarely have to write."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a token opens."""

    key: int
    user: User
    viewer: Viewer
    scopes: frozenset[Scope]


def make_token(viewer: Viewer, name: str, scopes: Collection[str], days: int, now: datetime) -> str:
    """A new token, which nobody can be told again.

    Raises BadInput naming what is wrong, Refused if the viewer has too many.
    """
    name = normalize("NFC", name.strip())
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        raise BadInput(
            _("A token needs a name of at most %s characters.") % LONGEST,
            _("Say which program uses it."),
            "name",
        )
    if not scopes or not set(scopes) <= set(Scope):
        raise BadInput(
            _("A token needs scopes, each one of %s.") % ", ".join(Scope), _("Choose at least one."), "scopes"
        )
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(
            _("A token counts for 1 to %s days.") % MOST_DAYS, _("Make a new one when it is over."), "days"
        )
    token, digest = new_token(PREFIX)
    expires = now + timedelta(days=days)
    chosen = [scope.value for scope in Scope if scope in scopes]
    with recording(viewer.actor, recorded("make the token %(name)s for the API", name=name)) as act:
        if _in_force(viewer, now).count() >= MOST:
            raise Refused(_("You have %s tokens already.") % MOST, _("End one that is no longer used."))
        made = ApiToken.objects.create(
            person=viewer.person, name=name, digest=digest, scopes=chosen, made_at=now, expires_at=expires
        )
        content = {"made": True, "number": made.pk, "name": name, "scopes": chosen, "expires": expires}
        act.note(NOTE, viewer.person, content)
    return token


def end_token(viewer: Viewer, key: int, now: datetime) -> ApiToken:
    """End one of the viewer's tokens. Raises NotFound if they have no such token in force."""
    with recording(viewer.actor, "end a token for the API") as act:
        found = _in_force(viewer, now).select_for_update().filter(pk=key).first()
        if found is None:
            raise NotFound(
                _("You have no such token, or it has ended."), _("Look in the list of your tokens.")
            )
        act.reason = recorded("end the token %(name)s for the API", name=found.name)
        found.ended_at = now
        found.save()
        act.note(NOTE, viewer.person, {"made": False, "number": found.pk, "name": found.name})
    return found


def tokens_of(viewer: Viewer, now: datetime) -> list[ApiToken]:
    """The viewer's tokens that count, newest first."""
    return list(_in_force(viewer, now).order_by("-pk"))


def opened_by(token: str, now: datetime, day: date) -> Opened | None:
    """What a token opens on the organisation's `day`; None if it is none, has expired or was ended."""
    if not token.startswith(PREFIX):
        return None
    known = ApiToken.objects.filter(digest=digest_of(token), ended_at=None, expires_at__gt=now).first()
    owner = None if known is None else owner_of(known.person, now, day)
    if known is None or owner is None:
        return None
    unseen = Q(used_at=None) | Q(used_at__lt=now - USED_EVERY)
    if known.used_at is None or known.used_at < now - USED_EVERY:
        ApiToken.objects.filter(unseen, pk=known.pk).update(used_at=now)
    scopes = frozenset(Scope(scope) for scope in known.scopes if scope in set(Scope))
    return Opened(known.pk, *owner, scopes)


def _in_force(viewer: Viewer, now: datetime) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(person=viewer.person, ended_at=None, expires_at__gt=now)
