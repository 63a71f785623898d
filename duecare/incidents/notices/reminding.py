"""Reminders of limits, sent once each: by mail to those of the case, and to webhooks. Never of an exercise.

That somebody was reminded is a note in the record, from which it is also known what need not be sent again.
With short mails, as shipped, a mail counts and links, and says no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.incidents.cases.models import Case, CaseRole
from duecare.incidents.decisions.queries import READER
from duecare.incidents.notices.boards import CaseBoard, cases_of
from duecare.incidents.notices.reminders import Step, step_at
from duecare.incidents.notices.showing import Group, Shown
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Role
from duecare.program.mail.letters import Letter, Part, Row
from duecare.program.mail.models import Channel
from duecare.program.mail.notices import MANAGERS, holders
from duecare.program.mail.outbox import Queued, queue
from duecare.program.mail.server import mail_server
from duecare.program.mail.webhooks import LIMITS, is_wanted, tell_webhooks
from duecare.program.task_queries import holding_people, today_at
from duecare.web.recorded import in_the_records_language

REMINDED = "incidents.reminded"
"""The kind of the note that a limit was reminded of."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A limit of which somebody is to be reminded now."""

    shown: Shown
    step: Step
    subject: str
    """By which the record knows it again."""
    words: str
    """Who is to be told, or what is to be answered."""


def due_reminders(now: datetime) -> list[tuple[CaseBoard, list[Reminder]]]:
    """What is to be reminded of at a moment, by case; nothing where nobody could be told."""
    if not (mail_server() or is_wanted(LIMITS)):
        return []
    rows = [
        (row, list(_reached(row, now)))
        for row in cases_of(READER, now)
        if isinstance(row, CaseBoard) and not row.case.exercise
    ]
    subjects = [one.subject for _row, all in rows for one in all]
    sent = set(
        Entry.objects.filter(kind=REMINDED, subject__in=subjects).values_list("subject", flat=True)
        if subjects
        else ()
    )
    found = [(row, [one for one in all if one.subject not in sent]) for row, all in rows]
    return [(row, all) for row, all in found if all]


def remind(actor: str, now: datetime) -> int:
    """Remind of what is due; of how many limits. One act a case, no entry if there is nothing."""
    reminded = 0
    for row, all in due_reminders(now):
        with in_the_records_language(), recording(actor, "remind of limits") as act:
            told = _tell(row.case, all, now)
            for one in all:
                note = {"clock": one.shown.id, "step": one.step.id, "told": told}
                act.note(REMINDED, one.subject, note)
        reminded += len(all)
    return reminded


def _reached(row: CaseBoard, now: datetime) -> Iterator[Reminder]:
    """The limits of a case of which a step has come. What was handed in late needs no reminder."""
    for shown in row.pressing:
        due = shown.told.act_by
        if due is None or (shown.group is Group.LATE and shown.told.submitted):
            continue
        start = shown.told.triggered
        step = step_at(start.at if start else None, due, now)
        if step is not None:
            key = sha256(f"{shown.id} {step.id} {due.isoformat()}".encode()).hexdigest()[:24]
            yield Reminder(shown, step, f"{row.case.pk}:{key}", str(shown.told.clock.recipient))
    yield from _unanswered(row, now)


def _unanswered(row: CaseBoard, now: datetime) -> Iterator[Reminder]:
    """One reminder a case for all laws of which it is not known whether they apply."""
    shown = row.waiting
    due = shown.told.act_by if shown else None
    if shown is None or shown.told.triggered is None or due is None:
        return
    step = step_at(shown.told.triggered.at, due, now)
    if step is not None:
        key = sha256(f"about us {step.id} {due.isoformat()}".encode()).hexdigest()[:24]
        with in_the_records_language():
            words = _("Answer what is asked about the organisation")
        yield Reminder(shown, step, f"{row.case.pk}:{key}", words)


def _tell(case: Case, all: Sequence[Reminder], now: datetime) -> int:
    """Within an act: queue mails and webhooks; how many messages."""
    path = reverse("case-clocks", args=[case.pk])
    words = ngettext(
        "Incident %(number)s: %(count)s limit comes near or is over",
        "Incident %(number)s: %(count)s limits come near or are over",
        len(all),
    ) % {"number": case.number, "count": len(all)}
    link = Row(_("The clocks of the incident"), path)
    about = f"limits:{case.pk}:{sha256(' '.join(one.subject for one in all).encode()).hexdigest()[:24]}"
    told = tell_webhooks(LIMITS, about, Letter(words, link=link), now)
    server = mail_server()
    if server is None:
        return told
    rows = tuple(Row(f"{one.words}: {one.shown.left} ({one.step.name})") for one in all)
    closing = (_("You get this because of your role in this incident, or because you answer for it all."),)
    parts = () if server.short else (Part(_("Limits"), rows),)
    letter = Letter(words, (), parts, link, closing)
    return told + queue(
        (
            Queued(f"{about}:{key}", Channel.MAIL, key, LIMITS, letter, rank=0)
            for key in _whom(case, all, now)
        ),
        now,
    )


def _whom(case: Case, all: Sequence[Reminder], now: datetime) -> list[str]:
    """Keys of the people who are told: those with the roles, the owners from a step on; where nobody has a
    role who may still sign in, whoever answers for the daily work."""
    roles = {role for one in all for role in one.step.roles}
    held = CaseRole.objects.filter(case=case, ended_at=None, role__in=roles, person__isnull=False)
    able = holding_people(today_at(now)).filter(pk__in=list(held.values_list("person", flat=True)))
    people = set(able.values_list("pk", flat=True)) or set(holders(MANAGERS, now))
    if any(one.step.owners for one in all):
        people |= set(holders((Role.OWNER,), now))
    return sorted(people)
