"""Accounts as a list that CSV and XLSX are taken into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.access.models import Account, AccountKind, AccountSource
from duecare.program.imports.changes import Values
from duecare.program.imports.fields import Field, Type
from duecare.program.imports.interface import Taking, register_list
from duecare.program.imports.sourced import SourcedList

FACTORS = "factors"
"""The aspect of files that tell second factors only."""
OF_FACTORS = ("mfa_registered", "mfa_capable", "mfa_methods")


class AccountList(SourcedList[Account]):
    """The accounts of one service."""

    id = "accounts"
    name = _("Accounts")
    model = Account
    sources = AccountSource
    aspects = {"": "list", FACTORS: "factors"}
    keys = ("own_id", "login")
    called = "login"
    page = "accounts"
    about = _(
        "Who can sign in to a service, whether a second factor is registered, and when each account was last "
        "used. A column that a file does not have leaves what is known as it is."
    )
    fields = (
        Field(
            "login",
            _("Sign-in name"),
            required=True,
            longest=320,
            heads=(
                "sign-in",
                "login",
                "user principal name",
                "UPN",
                "user name",
                "username",
                "email",
                "e-mail",
                "email address",
                "mail",
                "account",
                "Benutzerprinzipalname",
                "Benutzername",
                "Anmeldename",
                "E-Mail-Adresse",
                "Nom d’utilisateur",
                "Adresse e-mail",
                "Correo electrónico",
            ),
        ),
        Field("own_id", _("Id in the service"), empty="", heads=("id", "object id", "user id", "Objekt-ID")),
        Field(
            "name",
            _("Name"),
            empty="",
            heads=("display name", "full name", "person", "Anzeigename", "Nom complet", "Nombre completo"),
        ),
        Field(
            "enabled",
            _("Can be signed in to"),
            Type.YES_NO,
            heads=("enabled", "account enabled", "active", "Aktiviert", "Konto aktiviert", "Actif"),
        ),
        Field(
            "kind",
            _("Whose it is"),
            Type.CHOICE,
            choices=tuple(AccountKind.values),
            empty=AccountKind.UNKNOWN.value,
            words={
                "member": "person",
                "user": "person",
                "external": "guest",
                "mitglied": "person",
                "gast": "guest",
                "system": "service",
                "robot": "service",
            },
            heads=("user type", "type", "kind", "account type", "Benutzertyp"),
        ),
        Field(
            "privileged",
            _("Administrator"),
            Type.YES_NO,
            heads=("admin", "is admin", "administrator", "privileged", "super admin", "Administratorrechte"),
        ),
        Field(
            "mfa_registered",
            _("Second factor registered"),
            Type.YES_NO,
            heads=(
                "second factor",
                "mfa",
                "mfa registered",
                "is mfa registered",
                "2fa",
                "2sv enrolled",
                "two-factor",
            ),
        ),
        Field("mfa_capable", _("Second factor usable"), Type.YES_NO, heads=("mfa capable", "is mfa capable")),
        Field(
            "mfa_methods",
            _("Methods of the second factor"),
            Type.LIST,
            longest=100,
            heads=("methods registered", "mfa methods", "methods"),
        ),
        Field(
            "last_sign_in",
            _("Last sign-in"),
            Type.MOMENT,
            heads=(
                "last sign in",
                "last used",
                "last login",
                "last logon",
                "last signed in",
                "Letzte Anmeldung",
                "Dernière connexion",
            ),
        ),
        Field(
            "never_signed_in",
            _("Never signed in"),
            Type.YES_NO,
            heads=("never logged in", "never signed in"),
        ),
        Field(
            "created",
            _("Created"),
            Type.MOMENT,
            heads=("created date time", "creation time", "when created", "created on", "Erstellt am"),
        ),
    )

    def complete(self, values: Mapping[str, Any], taking: Taking, context: Any) -> dict[str, Any]:
        """An account with a sign-in was signed in to, whatever else is told."""
        done = super().complete(values, taking, context)
        if done.get("last_sign_in") is not None:
            done["never_signed_in"] = False
        return done

    def lacking(self, taking: Taking) -> dict[str, Any] | None:
        """A list of second factors shows nobody gone, but of whom it is silent nothing is known any more."""
        if taking.aspect == FACTORS:
            return dict.fromkeys(OF_FACTORS)
        return super().lacking(taking)

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if values.get("mfa_capable") and values.get("mfa_registered") is False:
            yield "mfa_capable", gettext("a second factor cannot be usable and not registered")

    def aspects_of(self, taking: Taking) -> tuple[str, ...]:
        """A list of accounts that tells second factors too is the newest word on both."""
        both = not taking.aspect and "mfa_registered" in taking.told
        return ("", FACTORS) if both else (taking.aspect,)


ACCOUNTS = AccountList()
register_list(ACCOUNTS)
