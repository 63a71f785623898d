"""The tasks of a decision: to sign it while it is before somebody, to decide anew before it expires.

All of it is called within the act that it follows from.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from duecare.ledger.records import new_key
from duecare.program.models import Ending, Person, Task
from duecare.program.task_queries import today_at
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import drafter_of, reference
from duecare.web.recorded import in_the_records_language

TITLE = 200
SIGNING = timedelta(days=14)
"""Within which whoever is asked is to sign or send back."""
AHEAD = timedelta(days=30)
"""So long before a decision expires its drafter is to have it decided anew."""


def _to_sign(row: RiskDecision) -> str:
    return f"risk-sign:{row.pk}"


def _to_renew(row: RiskDecision) -> str:
    return f"risk-decision:{row.pk}"


def ask_to_sign(row: RiskDecision, now: datetime) -> None:
    """A task for whom it was put before; nobody's where whoever may sign it was asked."""
    with in_the_records_language():
        title = _("Sign the decision, or send it back: D-%(number)s %(question)s")
        why = _("It was put before you. It ends by itself once the decision is signed or sent back.")
        due = min(today_at(now) + SIGNING, row.expires_on)
        _make(row, _to_sign(row), title, why, row.put_before_id, due, row.put_by, now)


def hand_on(row: RiskDecision, to: Person | None) -> None:
    """The task to sign goes to another."""
    for task in Task.objects.select_for_update().filter(origin=_to_sign(row), ended_at=None):
        task.owner = to
        task.save()


def answered(row: RiskDecision, actor: str, now: datetime) -> None:
    """It was signed or sent back: the task to sign ends."""
    with in_the_records_language():
        _end(row, [_to_sign(row)], actor, now, _("it was signed or sent back"))


def remind(row: RiskDecision, actor: str, now: datetime) -> None:
    """A task for whoever drew it up, before it expires."""
    with in_the_records_language():
        title = _("Decide anew before it expires: D-%(number)s %(question)s")
        why = _("The decision stands until its day only; after it nobody has accepted what it was about.")
        due = max(row.expires_on - AHEAD, today_at(now))
        _make(row, _to_renew(row), title, why, drafter_of(row) or None, due, actor, now)


def withdrawn(row: RiskDecision, actor: str, now: datetime) -> None:
    """It stands no more: all its tasks end."""
    with in_the_records_language():
        _end(row, [_to_sign(row), _to_renew(row)], actor, now, _("the decision was withdrawn"))


def _make(
    row: RiskDecision,
    origin: str,
    title: str,
    why: str,
    owner: str | None,
    due: date,
    actor: str,
    now: datetime,
) -> None:
    title %= {"number": row.number, "question": row.question}
    Task.objects.create(
        id=new_key(),
        title=title if len(title) <= TITLE else f"{title[: TITLE - 1]}…",
        why=why,
        about=reference(row.pk),
        origin=origin,
        owner_id=owner,
        due=due,
        made_by=actor,
        made_at=now,
    )


def _end(row: RiskDecision, origins: list[str], actor: str, now: datetime, words: str) -> None:
    for task in Task.objects.select_for_update().filter(origin__in=origins, ended_at=None):
        task.ended_at, task.ended_as, task.ended_by, task.ended_words = now, Ending.DONE.value, actor, words
        task.save()
