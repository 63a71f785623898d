"""What pages, checks and the closing of a case read of lessons: where each stands, and what is decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import NotFound
from duecare.incidents.cases.models import ROOM, Case, CaseLink, cases_held_by
from duecare.incidents.lessons.models import Lesson
from duecare.ledger.naming import PERSON
from duecare.ledger.viewers import Role, Viewer
from duecare.program.approval_queries import Approvable, approvals_in_force, register_approvable
from duecare.program.catalogue import catalogue
from duecare.program.judgement import register_told
from duecare.program.models import Approval, Decided, Ending, Finding, Task
from duecare.program.subjects import register_reference
from duecare.program.task_queries import today_at
from duecare.web.recorded import in_the_records_language
from duecare.words import day

LESSON = "incidents.lesson"
"""The kind of the record, and what stands for the check in the findings that lessons open."""
FINDING = "program.finding"
CASE = "incidents.case"
SERVER = Viewer("server", "", frozenset({Role.AUDITOR}))
"""Who asks where no person does: reads all, changes nothing."""


class Answer(StrEnum):
    """What a lesson is answered by."""

    SAFEGUARD = "safeguard"
    RISK = "risk"
    ACCEPTED = "accepted"


ANSWERS: Mapping[str, str | Promise] = {
    Answer.SAFEGUARD.value: gettext_lazy("We change what we do"),
    Answer.RISK.value: gettext_lazy("We change how we see the risk"),
    Answer.ACCEPTED.value: gettext_lazy("We accept it for now, and look again"),
}


class Condition(StrEnum):
    """Where a lesson stands; each is a key of `web/words.py`."""

    OPEN = "open"
    """Nobody has answered it."""
    ASKED = "asked"
    """To be accepted, which nobody has signed yet."""
    PLANNED = "under way"
    """It is said what changes, and that is not done yet."""
    LATE = "late"
    """Not done, or not even answered, and its last day has passed."""
    DONE = "done"
    ACCEPTED = "accepted"
    RETEST = "to look at again"
    """Accepted, and the day to look again has come."""


def reference(key: str) -> str:
    """The typed reference to a lesson."""
    return f"{LESSON}:{key}"


def condition_of(row: Lesson, today: date) -> Condition:
    """Where a lesson stands on a day of the organisation."""
    if row.done_at is not None:
        if row.answer != Answer.ACCEPTED:
            return Condition.DONE
        return Condition.RETEST if row.retest is not None and row.retest <= today else Condition.ACCEPTED
    if row.answer == Answer.ACCEPTED:
        return Condition.ASKED
    if row.due is not None and row.due < today:
        return Condition.LATE
    return Condition.PLANNED if row.answer else Condition.OPEN


def in_condition(condition: str, today: date) -> Q:
    """The same, asked of the database."""
    undone, accepted = Q(done_at=None), Q(answer=Answer.ACCEPTED.value)
    late = Q(due__lt=today)
    return {
        Condition.OPEN: undone & Q(answer="") & ~late,
        Condition.ASKED: undone & accepted,
        Condition.PLANNED: undone & ~Q(answer="") & ~accepted & ~late,
        Condition.LATE: undone & ~accepted & late,
        Condition.DONE: ~undone & ~accepted,
        Condition.ACCEPTED: ~undone & accepted & Q(retest__gt=today),
        Condition.RETEST: ~undone & accepted & Q(retest__lte=today),
    }[Condition(condition)]


def find_lesson(key: str, viewer: Viewer) -> Lesson:
    """The lesson, if the viewer may see it. Raises NotFound otherwise."""
    rows = Lesson.objects.all().visible_to(viewer).select_related("case", "owner")
    found: Lesson | None = rows.filter(pk=key).first()
    if found is None:
        raise NotFound(
            _("There is no such lesson, or none that you may see."), _("Look in the list of lessons.")
        )
    return found


def lessons_of(case: Case, viewer: Viewer) -> list[Lesson]:
    """The lessons of a case that the viewer may see, in the order in which they were put down."""
    rows = Lesson.objects.all().visible_to(viewer).filter(case=case).select_related("case", "owner")
    return list(rows.order_by("made_at", "id"))


def attached_findings(case: Case, viewer: Viewer) -> QuerySet[Finding]:
    """The findings that were attached to a case and not detached, as far as the viewer may see them."""
    links = CaseLink.objects.filter(case=case, detached_at=None, about__startswith=f"{FINDING}:")
    keys = [about.partition(":")[2] for about in links.values_list("about", flat=True)]
    found: QuerySet[Finding] = (
        Finding.objects.all().visible_to(viewer).filter(pk__in=keys).order_by("opened_at", "id")
    )
    return found


def may_tend(row: Lesson, viewer: Viewer) -> bool:
    """Whether the viewer may answer a lesson and carry it out: who works on the case, closed or not, and
    whose it is."""
    if viewer.changes and viewer.covers(ROOM):
        return True
    if not viewer.person or not viewer.roles or viewer.roles == {Role.AUDITOR}:
        return False
    if row.owner_id == viewer.person:
        return True
    return row.case_id in cases_held_by(viewer)


def called(case: Case) -> str:
    """What a case is called beside its findings: whether it was an exercise is always said."""
    words = _("Exercise %(number)s: %(title)s") if case.exercise else _("Incident %(number)s: %(title)s")
    return words % {"number": case.number, "title": case.title}


# ── Deciding on what is to be accepted ───────────────────────────────────────────────────────────────────


def accepted_in_force(rows: Sequence[Lesson]) -> set[str]:
    """Keys of those lessons whose acceptance is approved as it stands, with a signature that holds."""
    asked = [reference(row.pk) for row in rows if row.answer == Answer.ACCEPTED]
    return {name.partition(":")[2] for name in approvals_in_force(asked, SERVER)} if asked else set()


def _name(record: Lesson) -> str:
    return _("Accept for now: %s") % record.gap[:150]


def _facts(record: Lesson, viewer: Viewer) -> Sequence[tuple[str, Any]]:
    safeguard = catalogue().get(record.safeguard)
    return [
        (_("What fell short"), record.gap),
        (_("Why it could happen"), record.cause or "–"),
        (_("From"), called(record.case)),
        (_("Safeguard"), safeguard.title if safeguard else record.safeguard),
        (_("Why it is accepted"), record.answer_words),
        (_("Looked at again"), day(record.retest) if record.retest else "–"),
    ]


def _closed(record: Lesson, now: datetime) -> str:
    if record.answer != Answer.ACCEPTED:
        return _("Nobody asks to accept this.")
    if record.done_at is not None:
        return _("It was decided on already.")
    if record.retest is not None and record.retest <= today_at(now):
        return _("The day on which it was to be looked at again has come: answer the lesson anew.")
    return ""


def _decided(record: Lesson, decided: Decided, now: datetime) -> None:
    """Within the act of the decision: what is accepted is settled, what is refused is open again."""
    decision = Approval.objects.filter(about=reference(record.pk)).order_by("-at", "-id").first()
    actor = f"{PERSON}{decision.by_id}" if decision else ""
    if decided is Decided.APPROVED:
        record.done_at = now
        record.save()
        with in_the_records_language():
            settle(record, actor, now, _("the gap was accepted until %s") % day(record.retest or now.date()))
        return
    record.answer, record.answer_words, record.retest = "", "", None
    record.answered_at, record.answered_by = None, ""
    record.save()


def settle(record: Lesson, actor: str, now: datetime, because: str) -> None:
    """Within an act: close the finding that a lesson opened, and end its task."""
    mine = Finding.objects.select_for_update().filter(pk=record.finding, check_id=LESSON, closed_at=None)
    for finding in mine:
        finding.closed_at, finding.closed_because = now, because[:200]
        finding.save()
    for task in Task.objects.select_for_update().filter(origin=origin(record.pk), ended_at=None):
        task.ended_at, task.ended_as, task.ended_by, task.ended_words = now, Ending.DONE.value, actor, because
        task.save()


def origin(key: str) -> str:
    """What a lesson's task is marked with."""
    return f"lesson:{key}"


def _address(key: str) -> str:
    return reverse("lesson", args=[key])


register_told(LESSON)
register_reference(LESSON, _address)
register_approvable(LESSON, Approvable(_name, _facts, _closed, _decided))
