"""What of the law can be found: duties that bind, legal holds, and the pages about them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.law.duties.queries import binding_duties
from duecare.law.holds.models import LegalHold
from duecare.ledger.viewers import Viewer
from duecare.program.search import WITHIN, Findable, Hit, Shelf, Thing, register_findable, register_shelf


def _duties(viewer: Viewer) -> Iterator[Thing]:
    """The pages of the law about ordinary days, and every duty that binds."""
    if not viewer.reads or not viewer.covers("law"):
        return
    yield Thing(_("Duties of the law"), reverse("law-duties"))
    yield Thing(_("Crosswalk of safeguards and obligations"), reverse("law-crosswalk"))
    yield Thing(_("What is to be kept, and how long"), reverse("law-records"), texts=("retention records",))
    for one in binding_duties():
        title = f"{one.obligation.name}: {one.duty.what}"
        yield Thing(title, reverse("law-duty", args=[one.duty.key]), one.duty.citation, (one.duty.key,))


def _holds(viewer: Viewer) -> QuerySet[LegalHold]:
    rows: QuerySet[LegalHold] = LegalHold.objects.all().visible_to(viewer)
    return rows


def _hold(row: LegalHold) -> Hit:
    return Hit(row.name, reverse("legal-hold", args=[row.pk]), _("ended") if row.ended_at else _("standing"))


register_shelf(Shelf("duties", gettext_lazy("Duties of the law"), 57, _duties))
register_findable(
    Findable(
        "holds",
        gettext_lazy("Legal holds"),
        54,
        _holds,
        (("name", gettext_lazy("Name")), ("covers", gettext_lazy("What is held"))),
        _hold,
        within=WITHIN,
    )
)
