"""What pages and jobs read of legal holds: which there are, and what is under one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import NotFound, Refused
from duecare.law.holds.models import ROOM, LegalHold
from duecare.ledger.once import once
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program.holds import LETTERS, LISTS, Hold, register_holding
from duecare.program.subjects import register_reference
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

HOLD = "law.legalhold"
KINDS: Mapping[str, str | Promise] = {
    "incidents.case": gettext_lazy("All incidents"),
    "systems.host": gettext_lazy("All hosts"),
    "program.statement": gettext_lazy("All statements"),
    "program.finding": gettext_lazy("All findings"),
    "program.task": gettext_lazy("All tasks"),
    "program.staffmember": gettext_lazy("All of the staff"),
    "assurance.issuedreport": gettext_lazy("All reports that were issued"),
    LETTERS: gettext_lazy("Letters that Duecare sent: they are not cleared away meanwhile"),
    LISTS: gettext_lazy("Files of lists that were brought and not taken in"),
}
"""The kinds that can be held as a whole."""


def demand_holder(request: Request) -> Viewer:
    """The viewer, if they may see and change holds. Raises NotFound for all others, Refused for auditors."""
    viewer = demand_area(request, ROOM)
    if not viewer.changes:
        raise Refused(_("Legal holds are for owners, managers and approvers."), _("Ask one of them."))
    return viewer


def find_hold(key: str, viewer: Viewer) -> LegalHold:
    """The hold, if the viewer may see it. Raises NotFound otherwise."""
    found: LegalHold | None = LegalHold.objects.all().visible_to(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such hold."), _("Look in the list of legal holds."))
    return found


def holding(reference: str, viewer: Viewer | None) -> Sequence[Hold]:
    """The holds that stand and cover a reference, or its kind as a whole."""
    kind = reference.partition(":")[0]
    rows = once("legal holds", lambda: list(LegalHold.objects.filter(ended_at=None).order_by("since", "id")))
    if viewer is not None and not (viewer.changes and viewer.covers(ROOM)):
        return ()
    return [
        Hold(row.pk, row.name, row.since, reverse("legal-hold", args=[row.pk]))
        for row in rows
        if {reference, kind}.intersection(row.things)
    ]


def placing(reference: str, viewer: Viewer) -> str:
    """Where a viewer puts something under a hold; empty for who may not."""
    if not (viewer.changes and viewer.covers(ROOM)) or reference.partition(":")[0] == HOLD:
        return ""
    return f"{reverse('legal-hold-new')}?{urlencode({'about': reference})}"


def _state(row: LegalHold) -> str:
    return "ended" if row.ended_at else "standing"


LISTING: Listing[LegalHold] = Listing(
    name="legal-holds",
    caption=gettext_lazy("Legal holds"),
    columns=(
        Column("state", gettext_lazy("State"), _state, Kind.STATUS),
        Column(
            "name",
            gettext_lazy("Hold"),
            lambda row: row.name,
            link=lambda row: reverse("legal-hold", args=[row.pk]),
            order="name",
        ),
        Column("covers", gettext_lazy("What is held"), lambda row: row.covers),
        Column("asked_by", gettext_lazy("Asked for by"), lambda row: row.asked_by),
        Column("since", gettext_lazy("Since"), lambda row: row.since, Kind.DATE, order="since"),
        Column("ended", gettext_lazy("Ended"), lambda row: row.ended_at, Kind.DATE, order="ended_at"),
    ),
    sort=("-since",),
    search=("name", "covers"),
    filters=(
        Filter(
            "state",
            gettext_lazy("State"),
            lambda value: Q(ended_at__isnull=value == "standing"),
            choices=(("standing", gettext_lazy("Standing")), ("ended", gettext_lazy("Ended"))),
        ),
        Filter("asked_by", gettext_lazy("Asked for by"), "asked_by__icontains", FilterKind.TEXT),
        Filter("from", gettext_lazy("Since, from"), "since", FilterKind.SINCE),
    ),
    empty=Empty(
        gettext_lazy("Nothing is held"),
        gettext_lazy("When counsel says that something must be kept, put it under a hold."),
    ),
)


register_holding(holding, placing)
register_reference(HOLD, lambda key: reverse("legal-hold", args=[key]))
