"""What of measures and choices can be found, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf
from duecare.risk.measures.models import Choice, Measure
from duecare.risk.measures.queries import safeguard_title
from duecare.risk.measures.spreadsheet import MEASURES
from duecare.risk.rooms import ROOM

SHEETS = (MEASURES,)
"""The list that takes files: loaded with the room, so that it is known."""


def _measures(viewer: Viewer) -> QuerySet[Measure]:
    found: QuerySet[Measure] = Measure.objects.all().visible_to(viewer)
    return found


def _measure(row: Measure) -> Hit:
    return Hit(row.title, reverse("measure", args=[row.pk]), safeguard_title(row.safeguard))


def _choices(viewer: Viewer) -> QuerySet[Choice]:
    found: QuerySet[Choice] = Choice.objects.all().visible_to(viewer)
    return found


def _choice(row: Choice) -> Hit:
    return Hit(row.name, reverse("choice-kept", args=[row.pk]), _("a choice of measures"))


def _actions(viewer: Viewer) -> Iterator[Thing]:
    if viewer.reads and viewer.covers(ROOM):
        yield Thing(_("Best use of a budget"), reverse("choice"), texts=("optimise spend measures knapsack",))
        if viewer.changes and asof.current() is None:
            yield Thing(_("Put down a measure"), reverse("measure-new"), texts=("control safeguard cost",))


register_shelf(Shelf("measure-actions", gettext_lazy("Weigh measures"), 6, _actions, offered=True))
register_findable(
    Findable(
        "measures",
        gettext_lazy("Measures"),
        18,
        _measures,
        (
            ("title", gettext_lazy("Measure")),
            ("about", gettext_lazy("About it")),
            ("ended_because", gettext_lazy("Why it ended")),
        ),
        _measure,
    )
)
register_findable(
    Findable(
        "choices",
        gettext_lazy("Choices of measures"),
        19,
        _choices,
        (("name", gettext_lazy("Choice")), ("reason", gettext_lazy("What was said about it"))),
        _choice,
    )
)
