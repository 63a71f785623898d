"""What people and the worker do with duties: say who sees to one, and make the tasks that they need."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound
from duecare.law.duties import cadence
from duecare.law.duties.models import DutyOwner, KeptPlace
from duecare.law.duties.queries import Row, duty_rows, may_bind, name_of_duty
from duecare.law.duties.standing import State, wants_task
from duecare.law.obligations import RECORD_KINDS
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role, Viewer
from duecare.program.assessing import alone
from duecare.program.models import Ending, Task
from duecare.program.record_form import LONG
from duecare.program.task_actions import LONGEST
from duecare.program.task_models import OF_DUTIES
from duecare.program.task_queries import holding_people, today_at
from duecare.web.recorded import in_the_records_language, recorded


def choose_owner(actor: str, key: str, person: str | None, now: datetime) -> DutyOwner:
    """Say who sees to a duty, None for nobody. Its open task goes to them, and those that come are theirs.
    Nothing is recorded where that is so already.

    Raises NotFound if there is no such person who may sign in. Whether the duty binds, whoever calls asks.
    """
    with recording(actor, recorded("say who sees to a duty: %(name)s", name=name_of_duty(key)[:LONGEST])):
        if person is not None and not holding_people(today_at(now)).filter(pk=person).exists():
            raise NotFound(_("There is no such person who may sign in."), _("Choose one from the list."))
        row = DutyOwner.objects.select_for_update().filter(duty=key).first()
        made = row or DutyOwner(id=new_key(), duty=key)
        if made.person_id == person:
            return made
        made.person_id, made.chosen_by, made.chosen_at = person, actor, now
        made.save(force_insert=row is None)
        for task in Task.objects.select_for_update().filter(origin=f"{OF_DUTIES}{key}", ended_at=None):
            task.owner_id = person
            task.save()
    return made


def say_where_kept(actor: str, kind: str, place: str, now: datetime) -> KeptPlace:
    """Say where a kind of records lies. Raises NotFound for no such kind, BadInput without a place."""
    if kind not in RECORD_KINDS:
        raise NotFound(_("There is no such kind of records."), _("Look in the list of what is to be kept."))
    if not (place := place.strip()) or len(place) > LONG:
        raise BadInput(
            _("Say where they lie, in at most %s characters.") % LONG,
            _("Name the system or the cupboard."),
            "place",
        )
    with recording(actor, recorded("say where records are kept: %(kind)s", kind=kind)):
        row = KeptPlace.objects.select_for_update().filter(kind=kind).first()
        made = row or KeptPlace(id=new_key(), kind=kind)
        made.place, made.said_by, made.said_at = place, actor, now
        made.save(force_insert=row is None)
    return made


# ── Tasks ────────────────────────────────────────────────────────────────────────────────────────────────


def make_duty_tasks(actor: str, now: datetime) -> tuple[int, int]:
    """Make the tasks that duties need by now, and end those that nothing asks for any more; how many of each.

    Of a duty at most one task is open. What its safeguards keep needs none; one that is open then ends by
    itself, and so does one whose obligation applies no more; one of which that cannot be told stays. What a
    person drops comes back only when it is due the next time. Waits for an assessment that another process
    runs: two would make the same tasks.
    """
    with alone(), in_the_records_language():
        today = today_at(now)
        everything = Viewer("worker", "", frozenset({Role.AUDITOR}))
        rows = {row.of.reference: row for row in duty_rows(everything, now, today)}
        opened = list(Task.objects.filter(origin__startswith=OF_DUTIES, ended_at=None).order_by("id"))
        unsure = may_bind()
        over = [
            (task, words)
            for task in opened
            if not _unsure(task, unsure) and (words := _over(rows.get(task.origin)))
        ]
        there = {task.origin for task in opened}
        made = [
            _task(actor, row, now)
            for reference, row in rows.items()
            if reference not in there and wants_task(row.of.duty, row.stands, today) and row.of.binds
        ]
        _end(actor, over, now)
        if made:
            with recording(actor, "make tasks of duties"):
                Task.objects.bulk_create(made)
    return len(made), len(over)


def _unsure(task: Task, unsure: Collection[str]) -> bool:
    """Whether it cannot be told that its duty binds: an open question ends nobody's work."""
    key = task.origin.removeprefix(OF_DUTIES)
    return key in unsure or f"{key.partition('.')[0]}." in unsure


def _over(row: Row | None) -> str:
    """Why an open task is asked for no more; empty while it is, or may be."""
    if row is None or row.state is State.NOT_YET:
        return _("The obligation that asked for it does not bind any more, or not yet.")
    if row.stands.kept:
        return _("It is kept without this task. %s") % row.stands.why
    return ""


def _end(actor: str, over: Sequence[tuple[Task, str]], now: datetime) -> None:
    if not over:
        return
    words = {task.pk: why for task, why in over}
    with recording(actor, "end tasks of duties that are asked for no more"):
        for task in Task.objects.select_for_update().filter(pk__in=list(words), ended_at=None):
            task.ended_at, task.ended_as, task.ended_by = now, Ending.DROPPED.value, actor
            task.ended_words = words[task.pk]
            task.save()


def _task(actor: str, row: Row, now: datetime) -> Task:
    duty = row.of.duty
    title = f"{row.of.obligation.name}: {duty.what}"
    return Task(
        id=new_key(),
        title=title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…",
        why=_why(row),
        about=row.of.reference,
        safeguard=duty.safeguards[0] if duty.safeguards else "",
        origin=row.of.reference,
        owner_id=row.person.pk if row.person is not None and row.holds else None,
        due=row.stands.due,
        made_by=actor,
        made_at=now,
    )


def _why(row: Row) -> str:
    """The words of the law's entry, with where they stand, and how the task ends by itself."""
    duty = row.of.duty
    lines = [
        _("%(law)s, %(citation)s, asks for it %(when)s. Content of %(version)s; counsel must confirm it.")
        % {
            "law": row.of.obligation.name,
            "citation": duty.citation,
            "when": cadence.told(duty.cadence),
            "version": duty.version,
        }
    ]
    if duty.cadence_note:
        lines.append(_("On how often: %s.") % duty.cadence_note)
    if row.evidence:
        titles = ", ".join(one.title for one in row.evidence)
        lines.append(_("It ends by itself once this is shown: %s.") % titles)
    return "\n".join(lines)
