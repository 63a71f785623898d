"""The list of all exercises."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from duecare.incidents.cases.naming import kind_name
from duecare.incidents.exercises.models import Exercise
from duecare.incidents.exercises.queries import Condition, condition_of, in_condition
from duecare.incidents.plans.content import PlanContent
from duecare.ledger.viewers import Viewer
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.words import STATUSES


def listing(today: date, plan: PlanContent, may_plan: bool = False) -> Listing[Exercise]:
    """The list as it stands on a day of the organisation; kinds are called as the plan calls them."""
    return Listing(
        name="exercises",
        caption=_("Exercises"),
        columns=(
            Column(
                "title",
                _("Exercise"),
                lambda row: row.title,
                link=lambda row: reverse("exercise", args=[row.pk]),
            ),
            Column("state", _("State"), lambda row: condition_of(row, today).value, Kind.STATUS),
            Column(
                "kind",
                _("Kind of incident"),
                lambda row: kind_name(plan, row.scenario["kind"]),
                export=lambda row: row.scenario["kind"],
            ),
            Column("planned", _("Planned for"), lambda row: row.planned_for, Kind.DATE, order="planned_for"),
            Column("ended", _("Ended"), lambda row: row.ended_at, Kind.DATE),
        ),
        sort=("-planned_for",),
        filters=(
            Filter(
                "state",
                _("State"),
                lambda value: in_condition(value, today),
                choices=tuple((one.value, STATUSES[one.value].word) for one in Condition),
            ),
            Filter("since", _("Planned since"), "planned_for", FilterKind.SINCE),
            Filter("until", _("Planned until"), "planned_for", FilterKind.UNTIL),
        ),
        empty=Empty(
            _("No exercise was planned yet"),
            _("Four people and an hour are enough: choose a story and a day."),
            reverse("exercise-new") if may_plan else "",
        ),
    )


def rows(viewer: Viewer) -> QuerySet[Exercise]:
    """The exercises that a viewer may see."""
    found: QuerySet[Exercise] = Exercise.objects.all().visible_to(viewer)
    return found
