"""What of the register can be found, and what can be done. It also makes the register known: its subjects and
its list for files."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf
from duecare.risk.register import effect_sheet as effect_sheet
from duecare.risk.register import spreadsheets as spreadsheets
from duecare.risk.register import subjects as subjects
from duecare.risk.register.library import library
from duecare.risk.register.models import Scenario
from duecare.risk.rooms import ROOM


def _scenarios(viewer: Viewer) -> QuerySet[Scenario]:
    found: QuerySet[Scenario] = Scenario.objects.all().visible_to(viewer)
    return found


def _scenario(row: Scenario) -> Hit:
    note = _("ended") if row.ended_at else f"{row.who}: {row.does}"
    return Hit(str(row), reverse("risk-scenario", args=[row.pk]), note)


def _actions(viewer: Viewer) -> Iterator[Thing]:
    if viewer.reads and viewer.covers(ROOM):
        yield Thing(_("Terms of risk"), reverse("risk-terms"), texts=("currency turnover tolerance",))
        if viewer.changes and asof.current() is None:
            yield Thing(_("Add a scenario"), reverse("scenario-new"), texts=("new risk threat estimate",))


def _shipped(viewer: Viewer) -> Iterator[Thing]:
    if viewer.changes and viewer.covers(ROOM) and asof.current() is None:
        for one in library().values():
            address = f"{reverse('scenario-begin')}?from={one.id}"
            texts = (one.id, str(one.who), str(one.does), str(one.to))
            yield Thing(str(one.title), address, _("a scenario to begin from"), texts)


register_shelf(Shelf("risk-actions", gettext_lazy("Weigh risks"), 6, _actions, offered=True))
register_shelf(Shelf("risk-library", gettext_lazy("Scenarios that ship"), 63, _shipped))
register_findable(
    Findable(
        "risk-scenarios",
        gettext_lazy("Scenarios"),
        18,
        _scenarios,
        (
            ("title", gettext_lazy("Title")),
            ("who", gettext_lazy("Who or what")),
            ("does", gettext_lazy("What happens")),
            ("to", gettext_lazy("To what")),
            ("harm", gettext_lazy("Harm")),
        ),
        _scenario,
        ("number",),
    )
)
