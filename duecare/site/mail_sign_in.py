"""Signing in by mail: a link and a code, good for fifteen minutes and once, and for a member's rights only.

Mail is read on its way and by scanners that open every link, so a link alone signs nobody in: a GET changes
nothing, and a POST counts only in the browser that asked, or together with the code from the mail. Link and
code are made as the mail is written, and only their keyed hashes are kept; a later try writes new ones.
Whoever asks is told the same, whether or not anybody signs in with that address (SECURITY.md 14).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.ledger.recording import record_note, recording
from duecare.program.mail.letters import Letter, Row
from duecare.program.mail.models import Channel, OutboxMessage
from duecare.program.mail.outbox import SIGN_IN, Queued, queue
from duecare.program.mail.server import mail_server
from duecare.site.accounts import DENIED
from duecare.site.models import SignInRequest, User
from duecare.site.rights import viewer_of

LASTS = timedelta(minutes=15)
TRIES = 5
"""How often what is given may be wrong before a request ends."""
CODE = 8
"""Letters of a code, of 31 each: with TRIES, one chance in 170,000 million."""
MAILS = 3
"""Mails to one address within LASTS."""
ASKED = 20
"""Requests, and wrong answers, from one network address within an hour."""
HOUR = 3600
REQUESTED = "site.mail-sign-in"
"""The kind of the note that somebody asked, and that what was sent was used."""
_LETTERS = "23456789abcdefghijkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Pending:
    """What the requesting browser keeps in its session."""

    key: str
    secret: str


def offered() -> bool:
    """Whether people may sign in by mail here."""
    server = mail_server()
    return server is not None and server.sign_in


def ask(email: str, address: str, now: datetime) -> Pending:
    """Ask for a mail to an address of an account, from a network address.

    What comes back is the same for every address that may be typed. Raises Refused where too many were asked
    for from one place.
    """
    _limit(f"asked:{address}", ASKED, HOUR, address)
    email = email.strip().lower()
    user = User.objects.filter(email=email, is_active=True).first()
    too_many = not _count(f"mails:{_hash('address', email)}", MAILS, int(LASTS.total_seconds()))
    person = user.person if user is not None and viewer_of(user, now, by_mail=True).roles else ""
    pending = Pending(secrets.token_hex(16), secrets.token_urlsafe(32))
    with recording("server", "ask for a sign-in by mail") as act:
        SignInRequest.objects.filter(made_at__lt=now - timedelta(days=1)).delete()
        SignInRequest.objects.create(
            key=pending.key,
            person=person,
            browser=_hash("browser", pending.secret),
            made_at=now,
            expires_at=now + LASTS,
        )
        if person and not too_many:
            about = f"sign-in:{pending.key}"
            queue([Queued(about, Channel.MAIL, person, SIGN_IN, None, rank=0, tried_for=LASTS)], now)
        content = {"address": address, "mailed": bool(person and not too_many)}
        act.note(REQUESTED, person or "unknown", content)
    return pending


def write(row: OutboxMessage, now: datetime) -> Letter | None:
    """The mail of a request, with a link and a code that no earlier mail had; None if its time is over."""
    token, code = secrets.token_urlsafe(32), "".join(secrets.choice(_LETTERS) for _ in range(CODE))
    key = row.about.partition(":")[2]
    waiting = SignInRequest.objects.filter(key=key, person=row.to, used_at=None, expires_at__gt=now)
    if not offered() or not waiting.update(token=_hash("token", token), code=_hash("code", code)):
        return None
    return Letter(
        _("Sign in to Duecare"),
        (
            _("Somebody, we hope you, asked to sign in to Duecare with this address."),
            _("Your code: %s") % f"{code[:4]}-{code[4:]}",
            _(
                "Type it where you asked for it, or open the link in the same browser. Both count for "
                "15 minutes from when you asked, once, and open your own duties only."
            ),
        ),
        (),
        Row(_("Open the sign-in page"), f"/account/login/mail/{key}/{token}/"),
        (_("If it was not you, do nothing: without you nobody gets in. Never tell the code to anybody."),),
    )


def found(key: str, token: str, now: datetime) -> SignInRequest | None:
    """The request that a link belongs to, if it can still be used."""
    request = _usable(key, now)
    return request if request is not None and _same(request.token, "token", token) else None


def is_from(request: SignInRequest, pending: Pending | None) -> bool:
    """Whether this browser is the one that asked."""
    return (
        pending is not None
        and pending.key == request.key
        and _same(request.browser, "browser", pending.secret)
    )


def redeem(key: str, pending: Pending | None, token: str, code: str, address: str, now: datetime) -> User:
    """Whoever a link or a code signs in. Each counts in the browser that asked; elsewhere both are needed.

    Raises Refused, saying no more than that, for what does not fit, is over, or was used.
    """
    _limit(f"answered:{address}", ASKED, HOUR, address)
    request = _usable(key, now)
    if request is not None:
        by_link = bool(token) and _same(request.token, "token", token)
        by_code = bool(code) and _same(request.code, "code", _plain(code))
        if (by_link or by_code) if is_from(request, pending) else (by_link and by_code):
            user = User.objects.filter(person=request.person, is_active=True).first()
            if user is not None and viewer_of(user, now, by_mail=True).roles and offered():
                with recording("server", "take a sign-in by mail") as act:
                    once = SignInRequest.objects.filter(pk=request.pk, used_at=None).update(used_at=now)
                    if once:
                        act.note(REQUESTED, user.person, {"address": address, "used": True})
                if once:
                    return user
        SignInRequest.objects.filter(pk=request.pk).update(tries=F("tries") + 1)
    subject = request.person if request is not None and request.person else "unknown"
    record_note("server", "refuse a sign-in by mail", DENIED, subject, {"address": address, "by": "mail"})
    raise Refused(
        _("This does not sign you in: it is wrong, more than 15 minutes old, or was used already."),
        _("Look at the newest mail once more, or ask for another."),
    )


def _usable(key: str, now: datetime) -> SignInRequest | None:
    return SignInRequest.objects.filter(key=key, used_at=None, expires_at__gt=now, tries__lt=TRIES).first()


def _same(kept: str, what: str, given: str) -> bool:
    return bool(kept) and hmac.compare_digest(kept, _hash(what, given))


def _hash(what: str, value: str) -> str:
    """Under the key that signs sessions, which is not in the database: a code is short enough to guess."""
    text = value.encode("utf-8", "replace").decode()
    return salted_hmac(f"duecare.mail-sign-in.{what}", text, algorithm="sha256").hexdigest()


def _plain(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter.isalnum())


def _limit(key: str, most: int, seconds: int, address: str) -> None:
    """Raises Refused for one too many; the first of them is an entry, or refusals would fill the record."""
    if _count(key, most, seconds):
        return
    if cache.add(f"mail-sign-in:told:{key}", 1, seconds):
        content = {"address": address, "by": "mail", "too_many": True}
        record_note("server", "refuse a sign-in by mail", DENIED, "unknown", content)
    raise Refused(
        _("Too many tries from where you are."), _("Wait an hour, or sign in with your password or passkey.")
    )


def _count(key: str, most: int, seconds: int) -> bool:
    """Count one more; whether that is still within the limit."""
    key = f"mail-sign-in:{key}"
    if cache.add(key, 1, seconds):
        return True
    try:
        return cache.incr(key) <= most
    except ValueError:  # its time has just ended
        return True
