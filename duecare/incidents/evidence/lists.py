"""The evidence of a case as a list."""

from __future__ import annotations

from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.cases.models import Case
from duecare.incidents.evidence.checks import FRESH
from duecare.incidents.evidence.models import Custody, Evidence
from duecare.incidents.timeline.telling import both, utc_text
from duecare.ledger.viewers import Viewer
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.words import status
from duecare.words import day

PLACES = {"here": ~Q(content=""), "elsewhere": Q(content="")}


def rows_of(case: Case, viewer: Viewer) -> QuerySet[Evidence]:
    """The evidence of a case that the viewer may see, with what its last reading showed."""
    read = Custody.objects.filter(evidence=OuterRef("pk"), intact__isnull=False)
    newest = read.order_by("-recorded_at", "-id")[:1]
    rows: QuerySet[Evidence] = Evidence.objects.all().visible_to(viewer).filter(case=case)
    return rows.annotate(
        read_intact=Subquery(newest.values("intact")), read_at=Subquery(newest.values("recorded_at"))
    )


def state_of(content: str, intact: bool | None, read_at: datetime | None, now: datetime) -> str:
    """`intact`, `changed`, `stale` (not read for longer than FRESH), or empty for what is kept elsewhere."""
    if not content:
        return ""
    if intact is False:
        return "changed"
    return "stale" if read_at is None or now - read_at > FRESH else "intact"


def state_shown(state: str, read_at: datetime | None) -> SafeString | None:
    """The state as pages show it."""
    if state == "stale":
        words = (
            _("Not read since %(day)s") % {"day": day(read_at.date())} if read_at else _("Never read again")
        )
        return status("unclear", words)
    looks = {"intact": ("met", _("Unchanged")), "changed": ("unmet", _("Changed, or gone"))}
    return status(*looks[state]) if state else None


def listing(case: Case, now: datetime | None = None) -> Listing[Evidence]:
    """The list of that case's evidence, as it is at that time."""

    def read(row: Evidence) -> datetime | None:
        return getattr(row, "read_at", None)

    def state(row: Evidence) -> str:
        at = now or row.added_at
        return state_of(row.content, getattr(row, "read_intact", None), read(row), at)

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
                gettext_lazy("State"),
                lambda row: state_shown(state(row), read(row)),
                export=state,
            ),
            Column("read", gettext_lazy("Last read"), read, Kind.DATE),
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
