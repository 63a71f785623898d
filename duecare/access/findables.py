"""What of access can be found: accounts, as lists tell of them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.access.models import Account
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, register_findable


def _accounts(viewer: Viewer) -> QuerySet[Account]:
    found: QuerySet[Account] = Account.objects.all().visible_to(viewer).select_related("source")
    return found


def _account(row: Account) -> Hit:
    note = _("gone from %s") % row.source.name if row.gone_at else row.source.name
    return Hit(row.login, reverse("account-of", args=[row.pk]), note)


register_findable(
    Findable(
        "accounts",
        gettext_lazy("Accounts"),
        18,
        _accounts,
        (("login", gettext_lazy("Signs in with")), ("name", gettext_lazy("Name"))),
        _account,
        ("login", "pk"),
    )
)
