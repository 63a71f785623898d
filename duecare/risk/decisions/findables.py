"""What of decisions about risk can be found, and what can be done; and that they are signed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf
from duecare.risk.decisions import approving  # noqa: F401  (it registers what is signed)
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import KINDS
from duecare.risk.rooms import ROOM


def _rows(viewer: Viewer) -> QuerySet[RiskDecision]:
    found: QuerySet[RiskDecision] = RiskDecision.objects.all().visible_to(viewer)
    return found


def _hit(row: RiskDecision) -> Hit:
    note = _("%(kind)s, until %(day)s") % {
        "kind": KINDS[row.kind],
        "day": date_format(row.expires_on, "SHORT_DATE_FORMAT"),
    }
    return Hit(str(row), reverse("risk-decision", args=[row.pk]), note)


def _actions(viewer: Viewer) -> Iterator[Thing]:
    if not (viewer.reads and viewer.covers(ROOM)):
        return
    yield Thing(
        _("Decisions about risk"),
        reverse("risk-decisions"),
        texts=("accept reduce transfer avoid sign",),
    )
    if viewer.changes and asof.current() is None:
        yield Thing(
            _("Draw up a decision about risk"),
            reverse("risk-decision-new"),
            texts=("accept a risk approval executive",),
        )
        yield Thing(_("Decisions about risk that wait for me"), f"{reverse('risk-decisions')}?sign=mine")


register_shelf(Shelf("risk-decision-actions", gettext_lazy("Decide about risk"), 6, _actions, offered=True))
register_findable(
    Findable(
        "risk-decisions",
        gettext_lazy("Decisions about risk"),
        14,
        _rows,
        (
            ("question", gettext_lazy("Question")),
            ("recommendation", gettext_lazy("Recommended")),
            ("reopen", gettext_lazy("Reopened by")),
        ),
        _hit,
    )
)
