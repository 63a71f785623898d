"""Users of Entra ID, as its admin centre downloads them ("Download users").

The heads are those of a download of 2021 that is public, and of Microsoft's page on the download; days are
written month first. The file tells neither second factors nor the last sign-in.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from duecare.program.imports.fields import Order
from duecare.program.imports.interface import Loader

LOADER = Loader(
    id="entra-users",
    list="accounts",
    name=_("Entra ID: users"),
    source="Entra ID",
    heads={
        "login": (("userPrincipalName", "User principal name"),),
        "own_id": (("id", "objectId", "Object ID"),),
        "name": (("displayName", "Display name"),),
        "enabled": (("accountEnabled", "Account enabled"),),
        "kind": (("userType", "User type"),),
        "created": (("createdDateTime", "Creation time", "Created date time"),),
    },
    marks=(
        ("userPrincipalName", "User principal name"),
        ("accountEnabled", "Account enabled"),
        ("userType", "User type"),
    ),
    words={"kind": {"member": "person", "guest": "guest"}},
    order=Order.MONTH,
    steps=(
        _("Sign in to the Entra admin centre as somebody who may read the directory."),
        _("Open Users, then All users, and set no filter."),
        _("Choose Download users and start the download; large lists appear under Bulk operation results."),
        _("Bring the CSV here as it came, today: it is evidence of the day on which it was downloaded."),
    ),
)
