"""The evidence of a case as a list."""

from __future__ import annotations

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy

from duecare.incidents.cases.models import Case
from duecare.incidents.evidence.models import Custody, Evidence
from duecare.incidents.timeline.telling import both, utc_text
from duecare.ledger.viewers import Viewer
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

PLACES = {"here": ~Q(content=""), "elsewhere": Q(content="")}


def rows_of(case: Case, viewer: Viewer) -> QuerySet[Evidence]:
    """The evidence of a case that the viewer may see, with what its last reading showed."""
    read = Custody.objects.filter(evidence=OuterRef("pk"), intact__isnull=False)
    newest = read.order_by("-recorded_at", "-id")[:1]
    rows: QuerySet[Evidence] = Evidence.objects.all().visible_to(viewer).filter(case=case)
    return rows.annotate(
        read_intact=Subquery(newest.values("intact")), read_at=Subquery(newest.values("recorded_at"))
    )


def state_of(row: Evidence) -> str:
    """`intact`, `changed`, or empty for what is kept elsewhere."""
    if not row.content:
        return ""
    return "changed" if getattr(row, "read_intact", True) is False else "intact"


_LOOKS = {"intact": "met", "changed": "unmet", "": "unknown"}


def listing(case: Case) -> Listing[Evidence]:
    """The list of that case's evidence."""
    return Listing(
        name="evidence",
        caption=gettext_lazy("Evidence"),
        columns=(
            Column("number", gettext_lazy("No."), lambda row: row.number, Kind.NUMBER, order="number"),
            Column(
                "what",
                gettext_lazy("What it is"),
                lambda row: row.what,
                link=lambda row: reverse("evidence", args=[case.pk, row.pk]),
            ),
            Column("name", gettext_lazy("File"), lambda row: row.file_name or None, Kind.MONO),
            Column("size", gettext_lazy("Bytes"), lambda row: row.size or None, Kind.NUMBER),
            Column(
                "collected",
                gettext_lazy("Taken"),
                lambda row: both(row.collected_at, case.zone),
                order="collected_at",
                export=lambda row: utc_text(row.collected_at),
            ),
            Column("by", gettext_lazy("By"), lambda row: row.collected_by),
            Column(
                "state",
                gettext_lazy("Unchanged"),
                lambda row: _LOOKS[state_of(row)],
                Kind.STATUS,
                export=state_of,
            ),
            Column("read", gettext_lazy("Last read"), lambda row: getattr(row, "read_at", None), Kind.DATE),
            Column("place", gettext_lazy("Kept elsewhere"), lambda row: row.place or None),
        ),
        sort=("number",),
        filters=(
            Filter(
                "kept",
                gettext_lazy("Kept"),
                lambda value: PLACES[value],
                choices=(("here", gettext_lazy("Here")), ("elsewhere", gettext_lazy("Elsewhere"))),
            ),
            Filter("digest", gettext_lazy("SHA-256"), "content__startswith", FilterKind.TEXT),
        ),
        search=("what", "file_name", "source"),
        empty=Empty(
            gettext_lazy("No evidence yet"),
            gettext_lazy("Copy what shows what happened before anything is cleaned, and add it here."),
        ),
    )
