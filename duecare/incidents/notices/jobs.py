"""What the worker does for the clocks of cases: begin them, remind of them, and note what the mail server
took."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from duecare.errors import Refused
from duecare.incidents.cases.models import Case
from duecare.incidents.notices.clock_actions import begin_clocks
from duecare.incidents.notices.models import MAIL, Notice
from duecare.incidents.notices.notice_actions import accepted, message_of
from duecare.incidents.notices.reminding import due_reminders, remind
from duecare.incidents.timeline.models import TimelineEntry
from duecare.program.mail.delivery import State
from duecare.program.mail.models import OutboxMessage


def is_due(now: datetime) -> bool:
    """Whether there is anything to do."""
    return bool(_to_begin() or _taken() or due_reminders(now))


def run(actor: str, now: datetime) -> dict[str, Any]:
    """Do it; how much was done."""
    begun = [begin_clocks(actor, key, now).pk for key in _to_begin()]
    mailed = 0
    for key, at in _taken():
        try:
            accepted(actor, key, at, now)
            mailed += 1
        except Refused:  # somebody closed the case, or dropped it, in between
            continue
    return {"begun": len(begun), "mailed": mailed, "reminded": remind(actor, now)}


def _to_begin() -> list[str]:
    """Open cases in whose timeline an event of the law stands, and which have no law of their own yet."""
    with_events = TimelineEntry.objects.filter(struck_at=None).exclude(trigger="").values("case")
    rows = Case.objects.filter(closed_at=None, law="", pk__in=with_events)
    return list(rows.values_list("pk", flat=True))


def _taken() -> list[tuple[str, datetime]]:
    """The notices whose mail the mail server took, with when it did, and which do not say so yet."""
    waiting = Notice.objects.filter(how=MAIL, submitted_at=None, dropped_at=None, case__closed_at=None)
    names = {message_of(key): key for key in waiting.values_list("pk", flat=True)}
    if not names:
        return []
    sent = OutboxMessage.objects.filter(about__in=names, state=State.SENT, ended_at__isnull=False)
    return [(names[about], at) for about, at in sent.values_list("about", "ended_at") if at]


def addresses(keys: list[str]) -> dict[str, str]:
    """Where the notices with these keys are mailed to: those that wait for it, of no exercise."""
    waiting = Notice.objects.filter(pk__in=keys, how=MAIL, submitted_at=None, dropped_at=None)
    rows = waiting.filter(case__exercise=False).exclude(address="")
    return dict(rows.values_list("pk", "address"))
