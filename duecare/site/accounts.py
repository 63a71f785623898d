"""How allauth behaves here, and what of it goes on the record."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.signals import password_changed
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from duecare.ledger.recording import record_note
from duecare.site.models import User
from duecare.site.people import RENEWED
from duecare.words import gettext_noop

SIGN_IN, SIGN_OUT, DENIED, FACTOR = (
    "site.sign-in",
    "site.sign-out",
    "site.sign-in-denied",
    "site.second-factor",
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by owners only."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in of the last ten minutes is proof enough to change a second factor."""
        request = self.request
        records = get_authentication_records(request, request.user) if request else []
        if records and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))


def _address(request: HttpRequest | None) -> str:
    return "" if request is None else str(request.META.get("REMOTE_ADDR") or "")


BY_MAIL = "signed_in_by_mail"
"""In a session: it was opened by mail, so it has a member's rights and changes nothing of the account."""


@contextmanager
def sign_in_by_mail(request: HttpRequest) -> Iterator[None]:
    """Sign somebody in within: their session is marked as one that was opened by mail."""
    request.META[BY_MAIL] = True
    try:
        yield
    finally:
        del request.META[BY_MAIL]


@receiver(user_logged_in)
def _signed_in(user: User, request: HttpRequest | None = None, **kwargs: Any) -> None:
    content = {"address": _address(request)}
    if request is not None:
        # Whatever the session was before: a password or a passkey lifts the mark, a mail sets it.
        request.session.pop(BY_MAIL, None)
        if BY_MAIL in request.META:
            request.session[BY_MAIL] = True
            content["by"] = "mail"
    record_note(f"person:{user.person}", "sign in", SIGN_IN, user.person, content)


@receiver(user_logged_out)
def _signed_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record_note(f"person:{user.person}", "sign out", SIGN_OUT, user.person, {})


@receiver(user_login_failed)
def _denied(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """What was typed is not recorded: it may be a password in the wrong field."""
    email = str(credentials.get("email") or credentials.get("username") or "").lower()
    known = User.objects.filter(email=email).values_list("person", flat=True).first()
    record_note("server", "refuse a sign-in", DENIED, known or "unknown", {"address": _address(request)})


@receiver(authentication_failed)
def _code_refused(user: User, request: HttpRequest | None = None, **kwargs: Any) -> None:
    content = {"address": _address(request), "factor": "second"}
    record_note("server", "refuse a code of the second factor", DENIED, user.person, content)


@receiver(password_changed)
def _password_changed(user: User, **kwargs: Any) -> None:
    record_note(f"person:{user.person}", "change one's own password", RENEWED, user.person, {})


def _factor_changed(words: str, reason: str) -> Any:
    def record(user: User, authenticator: Any = None, **kwargs: Any) -> None:
        content = {"change": words, "type": str(getattr(authenticator, "type", ""))}
        record_note(f"person:{user.person}", reason, FACTOR, user.person, content)

    return record


for _signal, _words, _reason in (
    (authenticator_added, "add", gettext_noop("add a second factor")),
    (authenticator_removed, "remove", gettext_noop("remove a second factor")),
    (authenticator_reset, "reset", gettext_noop("reset a second factor")),
):
    _signal.connect(_factor_changed(_words, _reason), weak=False, dispatch_uid=f"duecare.factor.{_words}")
