"""What checks look at here: every lesson, and when the plan was last rehearsed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.incidents.cases.models import ROOM
from duecare.incidents.exercises.checks import EXERCISES
from duecare.incidents.exercises.models import Exercise
from duecare.incidents.lessons.checks import LESSONS
from duecare.incidents.lessons.models import Lesson
from duecare.incidents.lessons.queries import Answer, reference
from duecare.program.judgement import Facts, Grade
from duecare.program.subjects import (
    Subject,
    register_name,
    register_reference,
    register_source,
    register_visible,
)
from duecare.program.task_queries import today_at

PAGE = "incidents.page"
"""The kind of reference to a list as a whole, for what is asked of all its rows at once."""
NAME = 100
"""Characters by which a lesson is called."""


def exercises(now: datetime) -> Iterator[Subject]:
    """One subject: the exercises, with the day on which the last one ended that counts, and of one that was
    broken off since."""
    last_on = broken_off_on = ""
    ended = Exercise.objects.exclude(started_at=None).exclude(ended_at=None)
    for row in ended.annotate(given=Count("injects")).order_by("-ended_at", "-id").iterator(chunk_size=50):
        on = today_at(row.ended_at).isoformat() if row.ended_at else ""
        if 2 * row.given >= len(row.scenario["injects"]):
            last_on = on
            break
        broken_off_on = broken_off_on or on
    told: dict[str, object] = {"last_on": last_on, "broken_off_on": broken_off_on}
    yield _subject(f"{PAGE}:{EXERCISES}", _called(EXERCISES), EXERCISES, told, now)


def lessons(now: datetime) -> Iterator[Subject]:
    """Every lesson; where there is none, the list as a whole, which then says so."""
    none = True
    for row in Lesson.objects.order_by("made_at", "id").iterator(chunk_size=2000):
        none = False
        name = " ".join(row.gap.split())
        yield _subject(
            reference(row.pk),
            name if len(name) <= NAME else f"{name[:NAME]}…",
            LESSONS,
            {
                "made_on": today_at(row.made_at).isoformat(),
                "answered": row.answer in (Answer.SAFEGUARD, Answer.RISK),
                "asked": row.answer == Answer.ACCEPTED,
                "settled": row.done_at is not None,
                "due": row.due.isoformat() if row.due and row.answer != Answer.ACCEPTED else "",
                "retest": row.retest.isoformat() if row.retest else "",
            },
            now,
        )
    if none:
        yield Subject(
            f"{PAGE}:{LESSONS}",
            _called(LESSONS),
            Grade.STATED,
            Facts(now, now, {LESSONS: {"state": "absent", "problems": []}}),
        )


def _subject(name: str, called: str, section: str, facts: dict[str, object], now: datetime) -> Subject:
    told = {section: {"state": "read", "problems": [], **facts}}
    return Subject(name, called, Grade.STATED, Facts(now, now, told))


def _called(page: str) -> str:
    return {EXERCISES: _("Exercises"), LESSONS: _("Lessons")}.get(page, page)


register_source(EXERCISES, exercises)
register_source(LESSONS, lessons)
register_reference(PAGE, lambda key: reverse(key if key in (EXERCISES, LESSONS) else EXERCISES))
register_visible(
    PAGE, lambda key, viewer: key in (EXERCISES, LESSONS) and viewer.reads and viewer.covers(ROOM)
)
register_name(PAGE, _called)
