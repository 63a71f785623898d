"""Passkeys: what of them goes on the record, so that decisions can be checked without the sign-in tables.

The sign-in library keeps credentials for signing in. A person signs approvals with the same ones, so each
becomes a record with its public key when it is registered, and ends when it is removed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from unicodedata import normalize

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from allauth.mfa.webauthn.internal.auth import parse_registration_response
from django import forms
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.program import signing
from duecare.program.models import Passkey
from duecare.site.models import User

NAME = 100


class _NamedForm(forms.Form):
    """A name as the record takes it."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME, help_text=_("So that you know it again, such as “blue key”.")
    )

    def clean_name(self) -> str:
        return normalize("NFC", str(self.cleaned_data["name"])).replace("\0", "")


class AddPasskeyForm(_NamedForm, AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A new passkey, of a kind that approvals can be signed with."""

    passwordless = None
    """Whether it can sign in by itself is the authenticator's choice."""

    def clean(self) -> dict[str, Any]:
        """Everything, once the sign-in library has taken the credential and we can read its key."""
        if not self.cleaned_data.get("credential"):
            raise forms.ValidationError(
                _("Your browser handed over no passkey. Try again; it needs JavaScript.")
            )
        try:
            values: dict[str, Any] = super().clean() or {}
            public_key_of(values["credential"])
        except BadInput as error:
            raise forms.ValidationError(str(error)) from None
        except forms.ValidationError:
            raise forms.ValidationError(
                _("The passkey could not be registered: the page was too old, or it did not say who used it.")
            ) from None
        return values


class RenamePasskeyForm(_NamedForm, EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey, here and on the record."""

    def save(self) -> Authenticator:
        authenticator: Authenticator = super().save()
        found = _standing(authenticator)
        if found is not None:
            with recording(f"person:{found.person_id}", "rename a passkey"):
                found.name = self.cleaned_data["name"]
                found.save()
        return authenticator


def public_key_of(credential: dict[str, Any]) -> tuple[str, str]:
    """Id (base64url) and public key (PEM) in what the browser gave at registration.

    Raises BadInput for a key of a kind that approvals are not signed with.
    """
    data = parse_registration_response(credential).response.attestation_object.auth_data.credential_data
    return signing.encode(data.credential_id), signing.public_key_pem(data.public_key)


def register(user: User, name: str, credential: dict[str, Any], now: datetime) -> Passkey:
    """Put a credential on the record: from this entry on its person signs with it."""
    id, public_key = public_key_of(credential)
    with recording(f"person:{user.person}", "register a passkey"):
        made: Passkey = Passkey.objects.create(
            id=new_key(), person_id=user.person, name=name, credential=id, public_key=public_key, made_at=now
        )
    return made


def _standing(authenticator: Authenticator) -> Passkey | None:
    """The record of a passkey that has not ended."""
    id, _key = public_key_of(authenticator.data["credential"])
    found: Passkey | None = Passkey.objects.filter(
        person=authenticator.user.person, credential=id, ended_at=None
    ).first()
    return found


@receiver(authenticator_added)
def _added(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        register(user, authenticator.data["name"], authenticator.data["credential"], utc_now())


@receiver(authenticator_removed)
def _removed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.WEBAUTHN and (found := _standing(authenticator)) is not None:
        with recording(f"person:{user.person}", "end a passkey"):
            found.ended_at = utc_now()
            found.save()
