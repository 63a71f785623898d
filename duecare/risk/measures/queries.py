"""What pages and programs read of measures: which there are, what one costs and would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import NotFound
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import catalogue
from duecare.program.subjects import register_reference
from duecare.risk.measures.costs import Three, a_year
from duecare.risk.measures.models import Choice, Measure
from duecare.risk.register.models import RiskTerms
from duecare.risk.register.queries import terms
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

MEASURE, CHOICE = "risk.measure", "risk.choice"
OPEN = "not yet"


class End(StrEnum):
    """How a measure leaves the table; the words are those of a status."""

    DONE = "done"
    REFUSED = "refused"
    DROPPED = "dropped"


ENDS: Mapping[str, str | Promise] = {
    End.DONE: gettext_lazy("It was carried out"),
    End.REFUSED: gettext_lazy("It was rejected"),
    End.DROPPED: gettext_lazy("It is no longer needed"),
}
SIDES_OF: Mapping[str, str | Promise] = {
    "frequency": gettext_lazy("How often it comes"),
    "magnitude": gettext_lazy("What one event costs"),
}
"""What of a scenario an effect lowers."""


def state_of(row: Measure) -> str:
    """A key of the statuses."""
    return row.ended_as if row.ended_at else OPEN


def find_measure(key: str, viewer: Viewer) -> Measure:
    """The measure, if the viewer may see it. Raises NotFound otherwise."""
    found: Measure | None = (
        Measure.objects.all().visible_to(viewer).select_related("owner").filter(pk=key).first()
    )
    if found is None:
        raise NotFound(_("There is no such measure."), _("Look in the list of measures."))
    return found


def find_choice(key: str, viewer: Viewer) -> Choice:
    """The choice that was kept, if the viewer may see it. Raises NotFound otherwise."""
    found: Choice | None = Choice.objects.all().visible_to(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such choice."), _("Look among the choices that were kept."))
    return found


def terms_of_choice(viewer: Viewer) -> RiskTerms:
    """The terms of risk, for what is computed in their currency. Raises NotFound if there are none yet."""
    found = terms(viewer)
    if found is None:
        raise NotFound(_("The terms of risk are not set, so nothing can be weighed."), _("Set them first."))
    return found


def on_the_table(viewer: Viewer) -> list[Measure]:
    """The measures that have not ended, by title."""
    rows = Measure.objects.all().visible_to(viewer).filter(ended_at=None).select_related("owner")
    return list(rows.order_by("title", "id"))


def titles(keys: Iterable[str], viewer: Viewer) -> dict[str, str]:
    """What measures are called, by key, those that have ended too."""
    rows = Measure.objects.all().visible_to(viewer).filter(pk__in=list(keys))
    return dict(rows.values_list("pk", "title"))


def cost_of(row: Measure) -> Three:
    """What it costs a year: least, likely, most, in minor units."""
    return a_year(row.once, row.yearly, row.years)


def safeguard_title(id: str) -> str:
    """What a safeguard is called; its id if the catalogue no longer has it."""
    found = catalogue().get(id)
    return str(found.title) if found else id


LISTING: Listing[Measure] = Listing(
    name="measures",
    caption=gettext_lazy("Measures"),
    columns=(
        Column("state", gettext_lazy("State"), state_of, Kind.STATUS),
        Column(
            "title",
            gettext_lazy("Measure"),
            lambda row: row.title,
            link=lambda row: reverse("measure", args=[row.pk]),
            order="title",
        ),
        Column("safeguard", gettext_lazy("Safeguard"), lambda row: safeguard_title(row.safeguard)),
        Column("scenarios", gettext_lazy("Scenarios"), lambda row: len(_scenarios(row)), Kind.NUMBER),
        Column("must", gettext_lazy("Obligation"), lambda row: row.must),
        Column("owner", gettext_lazy("Who sees to it"), lambda row: row.owner.name if row.owner else ""),
        Column("made", gettext_lazy("Put down"), lambda row: row.made_at, Kind.DATE, order="made_at"),
    ),
    sort=("title",),
    search=("title", "about", "must"),
    filters=(
        Filter(
            "state",
            gettext_lazy("State"),
            lambda value: Q(ended_at=None) if value == OPEN else Q(ended_as=value),
            choices=(
                (OPEN, gettext_lazy("On the table")),
                (End.DONE, gettext_lazy("Carried out")),
                (End.REFUSED, gettext_lazy("Rejected")),
                (End.DROPPED, gettext_lazy("No longer needed")),
            ),
        ),
        Filter(
            "must",
            gettext_lazy("Obligation"),
            lambda value: Q(must="") if value == "no" else ~Q(must=""),
            choices=(("yes", gettext_lazy("Leaves no choice")), ("no", gettext_lazy("None"))),
        ),
        Filter("safeguard", gettext_lazy("Safeguard (its id)"), "safeguard", FilterKind.TEXT),
    ),
    empty=Empty(
        gettext_lazy("No measure was put down yet"),
        gettext_lazy("Put down what could be done beyond what is done: what it costs, what it would change."),
    ),
)


def _scenarios(row: Measure) -> set[str]:
    return {one["scenario"] for one in row.effects}


CHOICES: Listing[Choice] = Listing(
    name="choices",
    caption=gettext_lazy("Choices that were kept"),
    columns=(
        Column(
            "name",
            gettext_lazy("Choice"),
            lambda row: row.name,
            link=lambda row: reverse("choice-kept", args=[row.pk]),
            order="name",
        ),
        Column("measures", gettext_lazy("Measures chosen"), lambda row: len(row.chosen), Kind.NUMBER),
        Column("made", gettext_lazy("Kept"), lambda row: row.made_at, Kind.DATE, order="made_at"),
    ),
    sort=("-made_at",),
    search=("name", "reason"),
    filters=(
        Filter(
            "objective",
            gettext_lazy("To lower"),
            "objective",
            choices=(
                ("own", gettext_lazy("Our own loss")),
                ("others", gettext_lazy("Harm to others")),
                ("both", gettext_lazy("Both together")),
            ),
        ),
    ),
    empty=Empty(
        gettext_lazy("No choice was kept yet"),
        gettext_lazy("Say a budget, look at what it is best spent on, and keep the answer."),
    ),
)

register_reference(MEASURE, lambda key: reverse("measure", args=[key]))
register_reference(CHOICE, lambda key: reverse("choice-kept", args=[key]))
