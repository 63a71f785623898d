"""What of the law can be found: obligations, those of our own, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.law.applicable import register_now
from duecare.law.queries import AREA, KEEPERS
from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.search import Shelf, Thing, register_shelf


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


register_shelf(Shelf("obligations", gettext_lazy("Obligations"), 58, _obligations))
register_shelf(Shelf("law-pages", gettext_lazy("Law"), 57, _pages))
