"""All estimates as a list, those that no longer stand too: who believed what, when and why."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.ledger.viewers import Viewer
from duecare.risk.register.believing import CONFIDENCES, FIELDS
from duecare.risk.register.estimate_forms import shown_numbers
from duecare.risk.register.forms_of_loss import FORMS, RATE
from duecare.risk.register.models import Estimate
from duecare.risk.register.queries import terms
from duecare.risk.register.telling import name_of_thing
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing


def estimate_rows(viewer: Viewer) -> QuerySet[Estimate]:
    """The estimates that a viewer may see, with what their rows show."""
    found: QuerySet[Estimate] = Estimate.objects.all().visible_to(viewer).select_related("scenario", "author")
    return found


def estimates_listing(viewer: Viewer | None) -> Listing[Estimate]:
    """The list as a viewer reads it. Without one it has its shape alone, for descriptions."""
    found = terms(viewer) if viewer else None
    currency = found.currency if found else ""
    return Listing(
        name="risk-estimates",
        caption=_("Estimates"),
        columns=(
            Column(
                "scenario",
                _("Scenario"),
                lambda row: str(row.scenario),
                link=lambda row: reverse("risk-scenario", args=[row.scenario_id]),
                order="scenario__number",
            ),
            Column("what", _("Of what"), lambda row: name_of_thing(row.what), export=lambda row: row.what),
            Column("author", _("Who"), lambda row: row.author.name if row.author else None),
            Column(
                "says", _("What they say"), lambda row: shown_numbers(row, currency), export=exact_numbers
            ),
            Column(
                "confidence",
                _("Confidence"),
                lambda row: str(CONFIDENCES[row.confidence]),
                export=lambda row: row.confidence,
            ),
            Column("why", _("Why"), _why),
            Column("made", _("Given"), lambda row: row.made_at, Kind.DATE, order="made_at"),
            Column("ended", _("Until"), lambda row: row.ended_at, Kind.DATE, order="ended_at"),
        ),
        sort=("-made_at",),
        search=("scenario__title", "reason", "source"),
        filters=(
            Filter(
                "state",
                _("State"),
                lambda value: Q(ended_at__isnull=value == "standing"),
                choices=(("standing", _("Standing")), ("ended", _("Replaced or withdrawn"))),
            ),
            Filter(
                "what",
                _("Of what"),
                "what",
                choices=((RATE, _("How often")), *((id, words) for id, words in FORMS.items())),
            ),
            Filter("author", _("Who (name)"), "author__name__icontains", FilterKind.TEXT),
            Filter("since", _("Given, from"), "made_at", FilterKind.SINCE),
        ),
        empty=Empty(
            _("Nobody has estimated anything yet"),
            _("Begin with a scenario; its guided entry asks one thing after another."),
            reverse("scenarios") if viewer else "",
        ),
    )


def exact_numbers(row: Estimate) -> str:
    """The way it is told and its numbers as the record keeps them: millionths of events a year or of years,
    or minor units."""
    names = FIELDS[row.kind]
    if len(names) != len(row.numbers):
        return " ".join(map(str, (row.kind, *row.numbers)))
    told = [f"{name}={number}" for name, number in zip(names, row.numbers, strict=True)]
    return " ".join((row.kind, *told))


def _why(row: Estimate) -> str:
    """The reason, and the source if there is one."""
    if not row.source:
        return row.reason
    return gettext("%(reason)s Source: %(source)s") % {"reason": row.reason, "source": row.source}
