"""The findings about one kind of subject, as its list counts them and the page of one lists them."""

from __future__ import annotations

from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from duecare.ledger.viewers import Viewer
from duecare.program.models import Finding

LISTED = 50
"""Findings that the page of a subject lists, of either state."""


def counted(kind: str, viewer: Viewer) -> Coalesce:
    """How many findings are open about each row of a queryset, to annotate it; `kind` begins references."""
    about = (
        Finding.objects.all()
        .visible_to(viewer)
        .filter(subject=Concat(Value(f"{kind}:"), OuterRef("pk")), closed_at=None)
    )
    rows = about.order_by().values("subject").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)


def listed(reference: str, viewer: Viewer) -> dict[str, list[Finding]]:
    """The findings about one subject, newest first: `open` and `closed`."""
    rows = Finding.objects.all().visible_to(viewer).filter(subject=reference).order_by("-opened_at", "id")
    return {
        "open": list(rows.filter(closed_at=None)[:LISTED]),
        "closed": list(rows.exclude(closed_at=None)[:LISTED]),
    }
