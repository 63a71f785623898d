"""The list of all lessons, of incidents and exercises alike."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.incidents.lessons.models import Lesson
from duecare.incidents.lessons.queries import ANSWERS, Condition, called, condition_of, in_condition
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import catalogue
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.words import STATUSES

SHOWN = 160
"""Characters of a gap in a row."""


def _safeguard(row: Lesson) -> str:
    found = catalogue().get(row.safeguard)
    return str(found.title) if found else row.safeguard


def listing(today: date, next_step: str = "") -> Listing[Lesson]:
    """The list as it stands on a day of the organisation; `next_step` is where an empty one leads."""
    return Listing(
        name="lessons",
        caption=_("Lessons"),
        columns=(
            Column(
                "gap",
                _("What fell short"),
                lambda row: row.gap if len(row.gap) <= SHOWN else f"{row.gap[:SHOWN]}…",
                link=lambda row: reverse("lesson", args=[row.pk]),
                export=lambda row: row.gap,
            ),
            Column("state", _("State"), lambda row: condition_of(row, today).value, Kind.STATUS),
            Column("case", _("From"), lambda row: called(row.case), export=lambda row: called(row.case)),
            Column("safeguard", _("Safeguard"), _safeguard, export=lambda row: row.safeguard),
            Column(
                "answer",
                _("Answer"),
                lambda row: str(ANSWERS[row.answer]) if row.answer else gettext("none yet"),
                export=lambda row: row.answer,
            ),
            Column("owner", _("Who"), lambda row: row.owner.name if row.owner else gettext("nobody yet")),
            Column("due", _("Settled until"), lambda row: row.due, Kind.DATE, order="due"),
            Column("made", _("Put down"), lambda row: row.made_at, Kind.DATE, order="made_at"),
        ),
        sort=("-made_at",),
        filters=(
            Filter(
                "state",
                _("State"),
                lambda value: in_condition(value, today),
                choices=tuple((one.value, STATUSES[one.value].word) for one in Condition),
            ),
            Filter(
                "from",
                _("From"),
                lambda value: Q(case__exercise=value == "exercise"),
                choices=(("incident", _("Incidents")), ("exercise", _("Exercises"))),
            ),
            Filter("owner", _("Who (name)"), "owner__name__icontains", FilterKind.TEXT),
            Filter("until", _("Settled until (last day)"), "due", FilterKind.UNTIL),
        ),
        empty=Empty(
            _("No lessons yet"),
            _("They are put down on the pages of cases; an exercise is a good way to the first."),
            next_step,
        ),
    )


def rows(viewer: Viewer) -> QuerySet[Lesson]:
    """The lessons that a viewer may see, with what their rows show."""
    found: QuerySet[Lesson] = Lesson.objects.all().visible_to(viewer).select_related("case", "owner")
    return found
