"""Users of Entra ID as people of the organisation, from the same download as `entra_users.py`.

The file tells neither managers nor days nor staff numbers, and names what is no person too: shared mailboxes,
rooms, services. The address is the sign-in name, which every user has; some have no mailbox.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from duecare.access.loaders.entra_users import LOADER as USERS
from duecare.program.imports.fields import Order
from duecare.program.imports.interface import Loader

LOADER = Loader(
    id="entra-staff",
    list="staff",
    name=_("Entra ID: users"),
    source="Entra ID",
    heads={
        "name": USERS.heads["name"],
        "email": USERS.heads["login"],
        "work": (("jobTitle", "Job title"),),
        "department": (("department", "Department"),),
        "outside": USERS.heads["kind"],
    },
    marks=USERS.marks,
    words={"outside": {"member": "no", "guest": "yes"}},
    order=Order.MONTH,
    steps=(
        *USERS.steps[:3],
        _("Bring the CSV here as it came. Say of shared mailboxes, on their page, that they are no person."),
    ),
)
