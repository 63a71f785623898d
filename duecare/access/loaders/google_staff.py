"""Users of Google Workspace as people of the organisation, from the same download as `google_users.py`.

Staff number, title, department and manager are in the file if somebody keeps them in the directory; their
heads are those of Google's own template for such lists.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from duecare.access.loaders.google_users import LOADER as USERS
from duecare.program.imports.interface import Loader

LOADER = Loader(
    id="google-staff",
    list="staff",
    name=_("Google Workspace: users"),
    source="Google Workspace",
    heads={
        "name": USERS.heads["name"],
        "email": USERS.heads["login"],
        "number": (("Employee ID",),),
        "work": (("Employee Title",),),
        "department": (("Department",),),
        "manager": (("Manager Email",),),
    },
    marks=USERS.marks,
    steps=(
        *USERS.steps[:3],
        _("Bring the CSV here as it came. Say of shared addresses, on their page, that they are no person."),
    ),
)
