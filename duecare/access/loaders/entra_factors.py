"""Second factors of Entra ID's users: the report "User registration details" of its authentication methods.

Heads are the names that the report's resource `userRegistrationDetails` gives its properties, and those that
its page shows. The report leaves disabled users out; that an account is missing shows nothing of it.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from duecare.access.account_list import FACTORS
from duecare.program.imports.fields import Order
from duecare.program.imports.interface import Loader

LOADER = Loader(
    id="entra-mfa",
    list="accounts",
    name=_("Entra ID: registration of second factors"),
    source="Entra ID",
    aspect=FACTORS,
    heads={
        "login": (("userPrincipalName", "User principal name", "UPN"),),
        "own_id": (("id", "userId", "Object ID"),),
        "name": (("userDisplayName", "displayName", "User display name"),),
        "kind": (("userType", "User type"),),
        "privileged": (("isAdmin", "Is admin", "Admin"),),
        "mfa_registered": (("isMfaRegistered", "MFA registered", "Is MFA registered"),),
        "mfa_capable": (
            ("isMfaCapable", "MFA capable", "Is MFA capable", "Multifactor authentication capable"),
        ),
        "mfa_methods": (("methodsRegistered", "Methods registered", "Registered methods"),),
    },
    marks=(
        ("userPrincipalName", "User principal name", "UPN"),
        (
            "isMfaRegistered",
            "MFA registered",
            "Is MFA registered",
            "isMfaCapable",
            "Multifactor authentication capable",
        ),
        ("methodsRegistered", "Methods registered", "Registered methods"),
    ),
    words={
        "kind": {"member": "person", "guest": "guest"},
        **{
            name: {"capable": "yes", "not capable": "no", "registered": "yes", "not registered": "no"}
            for name in ("mfa_registered", "mfa_capable")
        },
    },
    order=Order.MONTH,
    steps=(
        _("Sign in to the Entra admin centre as somebody who may read reports (it needs a P1 licence)."),
        _("Open Authentication methods, then User registration details, and set no filter."),
        _("Choose Download, and bring the CSV here as it came, today."),
        _("Bring the list of users first: the report leaves out accounts that are disabled."),
    ),
)
