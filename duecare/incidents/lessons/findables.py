"""What of lessons and exercises can be found, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.cases.models import ROOM
from duecare.incidents.exercises.models import Exercise
from duecare.incidents.exercises.scenarios import shipped
from duecare.incidents.lessons.models import Lesson
from duecare.incidents.lessons.queries import called
from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf


def _lessons(viewer: Viewer) -> QuerySet[Lesson]:
    found: QuerySet[Lesson] = Lesson.objects.all().visible_to(viewer).select_related("case")
    return found


def _lesson(row: Lesson) -> Hit:
    return Hit(str(row), reverse("lesson", args=[row.pk]), called(row.case))


def _exercises(viewer: Viewer) -> QuerySet[Exercise]:
    found: QuerySet[Exercise] = Exercise.objects.all().visible_to(viewer)
    return found


def _exercise(row: Exercise) -> Hit:
    day = date_format(row.planned_for, "SHORT_DATE_FORMAT")
    return Hit(row.title, reverse("exercise", args=[row.pk]), _("planned for %s") % day)


def _stories(viewer: Viewer) -> Iterator[Thing]:
    if viewer.reads and viewer.covers(ROOM):
        for one in shipped().values():
            note = _("a story to rehearse by")
            yield Thing(str(one.title), reverse("scenario", args=[one.id]), note, (one.id, str(one.about)))


def _actions(viewer: Viewer) -> Iterator[Thing]:
    if viewer.reads and viewer.covers(ROOM):
        yield Thing(
            _("Figures of incidents"), reverse("incident-figures"), texts=("statistics veris median",)
        )
        if viewer.changes and asof.current() is None:
            yield Thing(
                _("Plan an exercise"), reverse("exercise-new"), texts=("rehearsal tabletop scenario",)
            )


register_shelf(Shelf("exercise-stories", gettext_lazy("Stories of exercises"), 17, _stories))
register_shelf(Shelf("lesson-actions", gettext_lazy("Learn from incidents"), 6, _actions, offered=True))
register_findable(
    Findable(
        "lessons",
        gettext_lazy("Lessons"),
        15,
        _lessons,
        (
            ("gap", gettext_lazy("What fell short")),
            ("cause", gettext_lazy("Why it could happen")),
            ("answer_words", gettext_lazy("Answer")),
        ),
        _lesson,
    )
)
register_findable(
    Findable(
        "exercises",
        gettext_lazy("Exercises"),
        16,
        _exercises,
        (("title", gettext_lazy("Title")), ("people", gettext_lazy("Who takes part"))),
        _exercise,
    )
)
