"""What of calibration can be found: the page on which estimators practise."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger.viewers import Viewer
from duecare.program.search import Shelf, Thing, register_shelf
from duecare.risk.rooms import ROOM
from duecare.risk.training.queries import may_take


def _pages(viewer: Viewer) -> Iterator[Thing]:
    if (viewer.reads and viewer.covers(ROOM)) or may_take(viewer):
        texts = ("calibration exercise estimate hit rate 90 % range training",)
        yield Thing(_("How good are our ranges?"), reverse("calibration"), texts=texts)


register_shelf(Shelf("risk-calibration", gettext_lazy("Estimating"), 7, _pages, offered=True))
