"""What counsel released from matters: ordinary pages, for everybody who reads the record."""

from __future__ import annotations

from django.db.models import OuterRef
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from duecare.errors import NotFound
from duecare.ledger import blobs
from duecare.ledger.browsing import entries_in_view
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.viewers import Request, demand_reader
from duecare.program import remarks
from duecare.program.matter_models import PaperKind, ReleasedPaper
from duecare.program.matter_queries import RELEASED, about_words, find_released, who
from duecare.program.matter_views import download
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

KINDS = {
    PaperKind.NOTE: gettext_lazy("Note"),
    PaperKind.FILE: gettext_lazy("File"),
    PaperKind.COPY: gettext_lazy("Copy of a record"),
}


def listing() -> Listing[ReleasedPaper]:
    """The list of released papers, those released last first."""
    return Listing(
        name="released",
        caption=gettext_lazy("Released papers"),
        columns=(
            Column(
                "title",
                gettext_lazy("Paper"),
                lambda row: row.title,
                link=lambda row: reverse("released-paper", args=[row.pk]),
            ),
            Column(
                "kind",
                gettext_lazy("Kind"),
                lambda row: KINDS[PaperKind(row.kind)],
                export=lambda row: row.kind,
            ),
            Column("made", gettext_lazy("Written"), lambda row: row.made_at, Kind.DATE),
            Column(
                "released",
                gettext_lazy("Released"),
                lambda row: row.released_at,
                Kind.DATE,
                order="released_at",
            ),
            Column(
                "by",
                gettext_lazy("By"),
                lambda row: actor_words(row.released_by, getattr(row, "released_name", None)),
                export=lambda row: row.released_by,
            ),
            Column("reason", gettext_lazy("Why"), lambda row: row.reason),
        ),
        sort=("-released_at", "title"),
        filters=(
            Filter("title", gettext_lazy("Paper"), "title__icontains", FilterKind.TEXT),
            Filter("kind", gettext_lazy("Kind"), "kind", choices=list(KINDS.items())),
        ),
        empty=Empty(
            gettext_lazy("Nothing was released"),
            gettext_lazy("What counsel releases from a matter stands here, for good."),
        ),
    )


@require_safe
def released(request: Request) -> HttpResponseBase:
    """All that was released."""
    viewer = demand_reader(request)
    rows = (
        ReleasedPaper.objects.all()
        .visible_to(viewer)
        .annotate(released_name=name_of(OuterRef("released_by")))
    )
    return show(request, listing(), rows, template="program/released.html")


@require_safe
def released_paper(request: Request, key: str) -> HttpResponseBase:
    """One released paper, and the entry that had held it sealed."""
    viewer = demand_reader(request)
    row = find_released(key, viewer)
    about, about_url = about_words(row.about, viewer)
    own = entries_in_view(viewer).filter(kind=RELEASED, subject=row.pk).order_by("-index").first()
    context = {
        "row": row,
        "kind": KINDS[PaperKind(row.kind)],
        "about": about,
        "about_url": about_url,
        "made_by": who(row.made_by, viewer),
        "released_by": who(row.released_by, viewer),
        "own": own.index if own else None,
        **remarks.context(f"{RELEASED}:{row.pk}", viewer),
    }
    return render(request, "program/released_paper.html", context)


@require_safe
def released_file(request: Request, key: str) -> HttpResponseBase:
    """The file of a released paper; always a download."""
    row = find_released(key, demand_reader(request))
    if not row.content:
        raise NotFound(_("This paper has no file."), _("Go back to the paper."))
    return download(blobs.fetch(row.content), row.name)
