"""What can be named as affected: the kinds of things that are known here, found by a search.

Areas do not know each other, so kinds are named by their references; one that is not installed finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from duecare.ledger.records import shapes
from duecare.ledger.viewers import Viewer
from duecare.program.subjects import register_reference
from duecare.web.listing import Text

KINDS: Mapping[str, tuple[Text, str, str]] = {
    "systems.host": (_("host"), "name", "removed_at"),
    "systems.device": (_("device"), "name", "gone_at"),
    "systems.name": (_("name of ours"), "name", "removed_at"),
    "access.account": (_("account"), "login", "gone_at"),
    "program.dataset": (_("data set"), "name", ""),
    "program.staffmember": (_("member of staff"), "name", ""),
    "patching.product": (_("product"), "name", ""),
}
"""By kind of reference: what it is in words, the field that names it, and the one that says it is gone."""
SHOWN = 8
"""Of each kind."""
LONGEST = 100

register_reference("program.dataset", lambda key: reverse("settings") + "#h-data")


def search_things(text: str, viewer: Viewer) -> list[tuple[str, str]]:
    """Reference and name in words of the things whose name holds the text, at most SHOWN of a kind."""
    text = text.strip()[:LONGEST]
    found: list[tuple[str, str]] = []
    if not text:
        return found
    for kind, (words, field, gone) in KINDS.items():
        shape = shapes().get(kind)
        if shape is None:
            continue
        rows = shape.model.objects.all().visible_to(viewer).filter(Q(**{f"{field}__icontains": text}))
        if gone:
            rows = rows.filter(**{gone: None})
        found += [(f"{kind}:{row.pk}", f"{row} ({words})") for row in rows.order_by(field, "pk")[:SHOWN]]
    return found
