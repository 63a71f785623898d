"""What people do with lessons: put one down, answer it, carry its answer out, take it up again.

A lesson opens a finding at once and makes a task for its owner; both end in the act that settles it. A lesson
about a finding that was there before opens none: that finding closes by its own evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases.models import Case, CaseLink
from duecare.incidents.lessons.models import Lesson
from duecare.incidents.lessons.queries import (
    FINDING,
    LESSON,
    Answer,
    called,
    origin,
    reference,
    settle,
)
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.catalogue import catalogue
from duecare.program.models import Finding, Person, Task
from duecare.program.record_form import LONG
from duecare.program.task_actions import YEARS
from duecare.program.task_queries import holding_people, today_at
from duecare.program.unchanged import demand_unchanged
from duecare.web.recorded import in_the_records_language, recorded
from duecare.words import day

TITLE = 200
"""Characters of a task's title."""
FURTHEST = 1100
"""Most days ahead on which what is accepted is looked at again: about three years."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A lesson as somebody puts it down."""

    gap: str
    safeguard: str
    cause: str = ""
    owner: str | None = None
    """Key of a person who holds a right; None for nobody yet."""
    due: date | None = None
    about: str = ""
    """Reference to a finding that is attached to the case."""


def add_lesson(actor: str, case: str, draft: Draft, now: datetime) -> Lesson:
    """Put down what a case showed. Raises BadInput, NotFound, or Refused if the case is closed."""
    demand_told(draft)
    with recording(actor, "put down a lesson") as act:
        found: Case | None = Case.objects.select_for_update().filter(pk=case).first()
        if found is None:
            raise NotFound(_("There is no such case."), _("Look in the list of incidents."))
        if found.closed_at is not None:
            raise Refused(_("This case is closed."), _("Open it again on its page if there is more to do."))
        act.reason = recorded("put down a lesson of %(case)s", case=called(found))
        return put_down(actor, found, draft, now)


def put_down(actor: str, case: Case, draft: Draft, now: datetime) -> Lesson:
    """The same within an act that is open already, for rooms that know what fell short."""
    row = Lesson(id=new_key(), case=case, made_at=now, made_by=actor, about=draft.about)
    _describe(row, draft, now)
    if draft.about:
        row.finding = _attached(case, draft.about)
    else:
        row.finding = _open_finding(row, now)
    row.save(force_insert=True)
    _make_task(row, actor, now)
    return row


def change_lesson(actor: str, key: str, draft: Draft, seen: int, now: datetime) -> Lesson:
    """Say a lesson better.

    Raises Refused if it is settled, or somebody changed it since `seen`; BadInput for what cannot be, such as
    a lesson whose answer is to be carried out and that would lose its last day.
    """
    demand_told(draft)
    with recording(actor, "change a lesson"):
        row = _unsettled(key, seen)
        if row.answer == Answer.SAFEGUARD and draft.due is None:
            raise BadInput(
                _("It is said what changes, so its last day cannot be left out."),
                _("Choose the last day for it."),
                "due",
            )
        _describe(row, draft, now)
        row.save()
        for finding in Finding.objects.select_for_update().filter(
            pk=row.finding, check_id=LESSON, closed_at=None
        ):
            finding.safeguard, finding.reason = row.safeguard, row.gap
            finding.save()
        for task in Task.objects.select_for_update().filter(origin=origin(row.pk), ended_at=None):
            task.owner, task.due, task.safeguard = row.owner, row.due, row.safeguard
            task.save()
    return row


def answer_lesson(
    actor: str,
    key: str,
    answer: Answer,
    words: str,
    now: datetime,
    *,
    due: date | None = None,
    retest: date | None = None,
    seen: int | None = None,
) -> Lesson:
    """Answer a lesson by a change of what we do (until `due`), of how we see the risk, or by accepting it
    until `retest`, which counts once an owner or approver has signed it.

    Raises BadInput naming what is missing, Refused if it is settled or somebody changed it since `seen`.
    """
    words = words.strip()
    today = today_at(now)
    if not words or len(words) > LONG:
        raise BadInput(
            _("A lesson is answered in 1 to %s characters.") % LONG,
            _("Say what changes, or why it can be accepted."),
            "words",
        )
    if answer is Answer.SAFEGUARD and (due is None or due.year not in YEARS):
        raise BadInput(_("It is not said until when it changes."), _("Choose the last day for it."), "due")
    if answer is Answer.ACCEPTED and not (retest is not None and 0 < (retest - today).days <= FURTHEST):
        raise BadInput(
            _("What is accepted needs a day on which it is looked at again."),
            _("Choose one to come, within three years."),
            "retest",
        )
    with recording(actor, "answer a lesson") as act:
        row = _unsettled(key, seen)
        act.reason = recorded("answer the lesson %(gap)s", gap=str(row))
        row.answer, row.answer_words = answer.value, words
        row.answered_at, row.answered_by = now, actor
        row.due = due if answer is Answer.SAFEGUARD else row.due
        row.retest = retest if answer is Answer.ACCEPTED else None
        if answer is Answer.RISK:
            row.done_at = now
        row.save()
        if answer is Answer.RISK:
            with in_the_records_language():
                settle(row, actor, now, _("how we see the risk was changed: %s") % words)
        else:
            Task.objects.filter(origin=origin(row.pk), ended_at=None).update(due=row.due)
    return row


def carry_out(actor: str, key: str, words: str, now: datetime) -> Lesson:
    """Say that what was to change has changed. Its finding closes and its task ends.

    Raises BadInput without words, Refused if nothing is to be carried out.
    """
    words = words.strip()
    if not words:
        raise BadInput(
            _("It is not done without a word."), _("Say what was changed, and where that shows."), "words"
        )
    with recording(actor, "carry out a lesson") as act:
        row = _unsettled(key, None)
        act.reason = recorded("carry out the lesson %(gap)s", gap=str(row))
        if row.answer != Answer.SAFEGUARD:
            raise Refused(
                _("Nothing is to be carried out here."), _("Answer the lesson first: what changes?")
            )
        row.done_at, row.done_words = now, words
        row.save()
        with in_the_records_language():
            settle(row, actor, now, _("what was to change was changed: %s") % words)
    return row


def take_up_again(actor: str, key: str, words: str, now: datetime) -> Lesson:
    """Open a settled lesson again: the change did not hold, or it is time to look at what was accepted.

    Raises BadInput without words, Refused if it is not settled.
    """
    words = words.strip()
    if not words:
        raise BadInput(_("It is not taken up again without a word."), _("Say what was seen now."), "words")
    with recording(actor, "take up a lesson again") as act:
        row = _locked(key)
        act.reason = recorded("take up the lesson %(gap)s again: %(words)s", gap=str(row), words=words)
        if row.done_at is None:
            raise Refused(_("This lesson is not settled yet."), _("Answer it, or carry its answer out."))
        row.answer, row.answer_words, row.retest = "", "", None
        row.answered_at, row.answered_by, row.done_at, row.done_words = None, "", None, ""
        row.due = None
        if not row.about:
            row.finding = _open_finding(row, now)
        row.save()
        _make_task(row, actor, now)
    return row


def demand_told(draft: Draft) -> None:
    """Raises BadInput naming what a lesson lacks."""
    for name, text, least in (("gap", draft.gap, 1), ("cause", draft.cause, 0)):
        if not least <= len(text.strip()) <= LONG:
            raise BadInput(
                _("What fell short is told in 1 to %s characters.") % LONG,
                _("Say in a sentence or two what did not work."),
                name,
            )
    if draft.safeguard not in catalogue():
        raise BadInput(
            _("There is no safeguard “%s”.") % draft.safeguard, _("Choose one from the list."), "safeguard"
        )
    if draft.due is not None and draft.due.year not in YEARS:
        raise BadInput(_("%s is no day for a lesson.") % draft.due, _("Choose another."), "due")


def _describe(row: Lesson, draft: Draft, now: datetime) -> None:
    row.gap, row.cause, row.safeguard, row.due = (
        draft.gap.strip(),
        draft.cause.strip(),
        draft.safeguard,
        draft.due,
    )
    if draft.owner is None:
        row.owner = None
    elif draft.owner != row.owner_id:
        found: Person | None = holding_people(today_at(now)).filter(pk=draft.owner).first()
        if found is None:
            raise NotFound(_("There is no such person who may sign in."), _("Choose one from the list."))
        row.owner = found


def _attached(case: Case, about: str) -> str:
    """Key of a finding that is attached to the case. Raises NotFound for another."""
    if not CaseLink.objects.filter(case=case, about=about, detached_at=None).exists() or not about.startswith(
        f"{FINDING}:"
    ):
        raise NotFound(
            _("No such finding is attached to this case."), _("Attach it first, on the case’s page.")
        )
    return about.partition(":")[2]


def _open_finding(row: Lesson, now: datetime) -> str:
    with in_the_records_language():
        name = called(row.case)
    made = Finding.objects.create(
        id=new_key(),
        check_id=LESSON,
        safeguard=row.safeguard,
        subject=f"incidents.case:{row.case_id}",
        subject_name=name[:255],
        reason=row.gap,
        opened_at=now,
    )
    return str(made.pk)


def _make_task(row: Lesson, actor: str, now: datetime) -> None:
    with in_the_records_language():
        title = _("Draw the lesson: %s") % " ".join(row.gap.split())
        why = _("%(case)s showed it. It ends by itself once the lesson is carried out or accepted.") % {
            "case": called(row.case)
        }
    Task.objects.create(
        id=new_key(),
        title=title if len(title) <= TITLE else f"{title[: TITLE - 1]}…",
        why=why,
        about=reference(row.pk),
        safeguard=row.safeguard,
        origin=origin(row.pk),
        owner=row.owner,
        due=row.due,
        made_by=actor,
        made_at=now,
    )


def _locked(key: str) -> Lesson:
    row: Lesson | None = (
        Lesson.objects.select_for_update(of=("self",)).select_related("case").filter(pk=key).first()
    )
    if row is None:
        raise NotFound(_("There is no such lesson."), _("Look in the list of lessons."))
    return row


def _unsettled(key: str, seen: int | None) -> Lesson:
    """The lesson, locked until the act ends, if it can still be answered."""
    row = _locked(key)
    if seen is not None:
        demand_unchanged(row, seen)
    if row.done_at is not None:
        if row.answer == Answer.ACCEPTED:
            raise Refused(
                _("This lesson was accepted until %s.") % day(row.retest or row.done_at.date()),
                _("Take it up again if that no longer holds."),
            )
        raise Refused(_("This lesson is settled."), _("Take it up again if it did not hold."))
    return row
