"""Users of Google Workspace, as its admin console downloads them ("Download users", all columns).

The heads are English in every language of the console. Which zone its times are in is not told: they are read
as UTC, which is a day off at most. The file tells neither administrators nor the day an account was made.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from duecare.program.imports.interface import Loader
from duecare.program.imports.mapping import ANY_OTHER

LOADER = Loader(
    id="google-users",
    list="accounts",
    name=_("Google Workspace: users"),
    source="Google Workspace",
    heads={
        "login": (("Email Address [Required]", "Email Address"),),
        "name": (("First Name [Required]", "First Name"), ("Last Name [Required]", "Last Name")),
        "enabled": (("Status [READ ONLY]", "Status"),),
        "mfa_registered": (("2sv Enrolled [READ ONLY]", "2sv Enrolled"),),
        "last_sign_in": (("Last Sign In [READ ONLY]", "Last Sign In"),),
        "never_signed_in": (("Last Sign In [READ ONLY]", "Last Sign In"),),
    },
    marks=(
        ("Email Address [Required]",),
        ("Status [READ ONLY]",),
        ("Org Unit Path [Required]",),
    ),
    words={
        "enabled": {"active": "yes", "suspended": "no", "archived": "no"},
        "last_sign_in": {"never logged in": ""},
        "never_signed_in": {"never logged in": "yes", ANY_OTHER: "no"},
    },
    steps=(
        _("Sign in to the Google admin console as somebody who may see users."),
        _("Open Directory, then Users, and set no filter."),
        _("Choose Download users, all columns, as comma-separated values."),
        _("Bring the CSV here as it came, today: it tells the second factors and the last sign-ins too."),
    ),
)
