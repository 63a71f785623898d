"""What can be found of evidence: its pieces, also by the SHA-256 of a file."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from duecare.incidents.evidence.models import Evidence
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, register_findable


def _evidence(viewer: Viewer) -> QuerySet[Evidence]:
    found: QuerySet[Evidence] = Evidence.objects.all().visible_to(viewer).select_related("case")
    return found


def _piece(row: Evidence) -> Hit:
    return Hit(row.what, reverse("evidence", args=[row.case_id, row.pk]), row.file_name or row.place)


register_findable(
    Findable(
        "evidence",
        gettext_lazy("Evidence"),
        24,
        _evidence,
        (
            ("what", gettext_lazy("What it is")),
            ("file_name", gettext_lazy("File")),
            ("source", gettext_lazy("Taken from")),
        ),
        _piece,
        digests=("content",),
    )
)
