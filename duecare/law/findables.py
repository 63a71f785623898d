"""What of the law can be found: obligations, duties that bind, legal holds, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.law.applicable import register_now
from duecare.law.duties.queries import binding_duties
from duecare.law.holds.models import LegalHold
from duecare.law.queries import AREA, KEEPERS
from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.search import WITHIN, Findable, Hit, Shelf, Thing, register_findable, register_shelf


def _obligations(viewer: Viewer) -> Iterator[Thing]:
    """Laws, standards and contracts, whoever wrote them."""
    if viewer.reads and viewer.covers(AREA):
        for id, one in register_now().obligations.items():
            url = reverse("obligation", args=[id])
            yield Thing(one.name, url, one.citation, (id, one.citation, one.jurisdiction))


def _pages(viewer: Viewer) -> Iterator[Thing]:
    if viewer.reads and viewer.covers(AREA):
        yield Thing(_("What changed in the law"), reverse("law-changes"), texts=("law versions content",))
        yield Thing(_("What is to come in the law"), reverse("law-coming"), texts=("pending proposed law",))
        if viewer.has(*KEEPERS) and asof.current() is None:
            url = reverse("own-obligation-add")
            yield Thing(_("Add an obligation of our own"), url, texts=("contract standard policy",))


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


register_shelf(Shelf("obligations", gettext_lazy("Obligations"), 58, _obligations))
register_shelf(Shelf("law-pages", gettext_lazy("Law"), 57, _pages))
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
