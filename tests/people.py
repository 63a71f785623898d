"""People who are signed in, for tests of pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client, override_settings

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.site import first_run, people
from duecare.site.models import User
from duecare.site.rights import viewer_of

PASSWORD = "seven grey herons over the slipway"


def browser() -> Client:
    """A browser that asks for the one host that is served."""
    return Client(SERVER_NAME="localhost", raise_request_exception=False)


def sign_in(client: Client, role: Role, **right: Any) -> Viewer:
    """Make a person with the role and a second factor, signed in by `client`; who they are to the record.

    `right` may hold `until`, and an auditor's `sees_from` and `sees_to`.
    """
    first_run.forget()
    email = f"{role.value}-{User.objects.count()}@clinic.example"
    if role is Role.AUDITOR:
        right.setdefault("until", (utc_now() + timedelta(days=30)).date().isoformat())
    # Nobody types the password here, so it need not take the time that makes guessing dear.
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        person = people.add_user(
            "terminal:test", email, f"{role.value.title()} Example", PASSWORD, role, **right
        )
    user = User.objects.get(person=person.pk)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not used"})
    client.force_login(user)
    return viewer_of(user, utc_now())
