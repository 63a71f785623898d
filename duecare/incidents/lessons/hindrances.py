"""What of the lessons, the attached findings and the tasks stands in the way of closing a case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.incidents.cases.closing import register_hindrance, register_hindrance_of_merging
from duecare.incidents.cases.models import Case
from duecare.incidents.lessons.models import Lesson
from duecare.incidents.lessons.queries import (
    CASE,
    FINDING,
    SERVER,
    Answer,
    accepted_in_force,
    attached_findings,
)
from duecare.program.exception_queries import holding
from duecare.program.models import Task
from duecare.program.task_queries import today_at
from duecare.words import day

SHOWN = 120
"""Characters of a text that is named."""


def of_lessons(case: Case, now: datetime) -> Iterator[str]:
    """Every lesson needs an answer; what is accepted, a signature on it as it stands and a day to look again
    that is still to come."""
    today = today_at(now)
    rows = list(Lesson.objects.filter(case=case).order_by("made_at", "id"))
    accepted = accepted_in_force(rows)
    for row in rows:
        if not row.answer:
            yield _(
                "The lesson “%s” has no answer: change a safeguard, how you see the risk, or accept it."
            ) % (_cut(row.gap))
        elif row.answer == Answer.ACCEPTED and row.pk not in accepted:
            yield _("Nobody has signed that “%s” is accepted.") % _cut(row.gap)
        elif row.answer == Answer.ACCEPTED and row.retest is not None and row.retest <= today:
            yield _("“%(gap)s” was accepted until %(day)s: take it up again.") % {
                "gap": _cut(row.gap),
                "day": day(row.retest),
            }


def of_findings(case: Case, now: datetime) -> Iterator[str]:
    """Every finding that is attached and open needs a lesson about it, which the above looks at, or an
    approved exception: a signed acceptance with a last day."""
    found = list(attached_findings(case, SERVER).filter(closed_at=None))
    if not found:
        return
    answered = set(Lesson.objects.filter(case=case).exclude(about="").values_list("about", flat=True))
    excepted = {one.finding for one in holding(SERVER, now) if one.finding}
    for row in found:
        if f"{FINDING}:{row.pk}" not in answered and row.pk not in excepted:
            yield _(
                "The finding “%s” is open: put down a lesson about it, or let an exception be approved."
            ) % _cut(f"{row.subject_name}: {row.reason}")


def of_tasks(case: Case, now: datetime) -> Iterator[str]:
    """Every task of the case, steps of the playbook among them, is done, or dropped with a reason."""
    for title in (
        Task.objects.filter(about=f"{CASE}:{case.pk}", ended_at=None)
        .order_by("made_at", "id")
        .values_list("title", flat=True)
    ):
        yield _("The task “%s” is open: end it as done, or drop it with a reason.") % _cut(title)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


for _one in (of_lessons, of_findings, of_tasks):
    register_hindrance(_one)
register_hindrance_of_merging(of_lessons)
