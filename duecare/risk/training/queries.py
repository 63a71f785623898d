"""What is read of calibration: who may take an exercise, one of them, all of them, and people's hit rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import NotFound, Refused
from duecare.ledger.viewers import Request, Viewer
from duecare.program.subjects import register_reference
from duecare.risk.estimating import HitRate, hit_rate
from duecare.risk.register.models import Estimate
from duecare.risk.rooms import ROOM
from duecare.risk.training.models import Calibration
from duecare.risk.training.questions import Question, shipped
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

CALIBRATION = "risk.calibration"
COUNTED = 5
"""A hit rate is that of somebody's last exercises, as many: practice counts, and so does carelessness."""


def demand_seer(request: Request) -> Viewer:
    """The viewer, if they read risk or estimate for it. Raises NotFound for all others.

    Estimates may be those of people who read nothing else of risk, whose ranges are asked for because they
    know the work. How often these hold the truth matters as much, so they practise here too and see their
    own exercises.
    """
    viewer = request.viewer
    if not (viewer.reads and viewer.covers(ROOM)) and not _estimates(viewer):
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    return viewer


def may_take(viewer: Viewer) -> bool:
    """Whether they may take an exercise: somebody who could estimate, or has. An auditor reads only, and the
    terminal is nobody in particular."""
    return bool(viewer.person) and ((viewer.changes and viewer.covers(ROOM)) or _estimates(viewer))


def demand_taker(request: Request) -> Viewer:
    """The viewer, if they may take an exercise. Raises NotFound or Refused."""
    viewer = demand_seer(request)
    if not may_take(viewer):
        raise Refused(_("Exercises are for those who estimate."), _("Their results are for you to read."))
    return viewer


def _estimates(viewer: Viewer) -> bool:
    return bool(viewer.person) and Estimate.objects.filter(author=viewer.person).exists()


def rows(viewer: Viewer) -> QuerySet[Calibration]:
    """The exercises that a viewer may see, with whose they are."""
    found: QuerySet[Calibration] = Calibration.objects.all().visible_to(viewer).select_related("person")
    return found


def find_exercise(key: str, viewer: Viewer) -> Calibration:
    """The exercise, if the viewer may see it. Raises NotFound otherwise."""
    found = rows(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such exercise."), _("Look in the list of exercises."))
    return found


def find_own(key: str, viewer: Viewer) -> Calibration:
    """The exercise, if it is the viewer's own. Raises NotFound otherwise."""
    found = find_exercise(key, viewer)
    if found.person_id != viewer.person:
        raise NotFound(_("There is no such exercise."), _("Look in the list of exercises."))
    return found


def own(viewer: Viewer) -> Sequence[Calibration]:
    """The viewer's exercises, the newest first."""
    if not viewer.person:
        return ()
    return list(rows(viewer).filter(person=viewer.person).order_by("-begun_at", "-id"))


def asked_in(row: Calibration) -> Sequence[Question]:
    """The questions of an exercise in their order; one that was taken out since is not asked."""
    return [shipped()[id] for id in row.questions if id in shipped()]


def hit_rates(people: Iterable[str], viewer: Viewer) -> Mapping[str, HitRate]:
    """How often the ranges of people held the answer, by their keys: over the last exercises of each.

    Who ended none, or whose the viewer may not see, is not among them.
    """
    ended = rows(viewer).filter(person__in=list(people), ended_at__isnull=False)
    ordered = ended.order_by("person_id", "-ended_at", "-id")
    found = {}
    for person, theirs in groupby(ordered, key=lambda row: row.person_id):
        last = list(theirs)[:COUNTED]
        found[person] = hit_rate(sum(row.hits or 0 for row in last), sum(len(row.questions) for row in last))
    return found


def _state(row: Calibration) -> str:
    return "done" if row.ended_at else "under way"


LISTING: Listing[Calibration] = Listing(
    name="calibrations",
    caption=gettext_lazy("Calibration exercises"),
    columns=(
        Column(
            "person",
            gettext_lazy("Who"),
            lambda row: row.person.name,
            link=lambda row: reverse("calibration-exercise", args=[row.pk]),
            order="person__name",
        ),
        Column("state", gettext_lazy("State"), _state, Kind.STATUS),
        Column("hits", gettext_lazy("Ranges that held"), lambda row: row.hits, Kind.NUMBER),
        Column("questions", gettext_lazy("Questions"), lambda row: len(row.questions), Kind.NUMBER),
        Column("begun", gettext_lazy("Begun"), lambda row: row.begun_at, Kind.DATE, order="begun_at"),
        Column("ended", gettext_lazy("Ended"), lambda row: row.ended_at, Kind.DATE),
    ),
    sort=("-begun_at",),
    search=("person__name",),
    filters=(
        Filter(
            "state",
            gettext_lazy("State"),
            lambda value: Q(ended_at__isnull=value == "under-way"),
            choices=(("under-way", gettext_lazy("Under way")), ("done", gettext_lazy("Done"))),
        ),
        Filter("from", gettext_lazy("Begun, from"), "begun_at", FilterKind.SINCE),
    ),
    empty=Empty(
        gettext_lazy("No exercises yet"),
        gettext_lazy("Ten questions show how much a range of yours is worth."),
    ),
)

register_reference(CALIBRATION, lambda key: reverse("calibration-exercise", args=[key]))
