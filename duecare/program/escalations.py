"""Tasks that are so late that they go to the managers: once, and again after as many days more.

That a task went to them is a note in the record; nothing else is kept, so a past day shows what had gone to
them by then. People who hold the right of owner or manager are the managers: Duecare knows no other order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from duecare.ledger.browsing import entries_in_view
from duecare.ledger.models import Entry, from_microseconds, to_microseconds
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Viewer
from duecare.program.models import Task
from duecare.program.queries import live_profile, zone_of
from duecare.program.task_queries import today_at

ESCALATED = "program.escalation"
"""The kind of the note that a task went to the managers; its subject is the task's key."""
AFTER = 7
"""Days after which, where nobody chose another number."""
ASKED = 500
"""Keys that one query asks for."""
NOTED = 1000
"""Tasks of one act, so that none holds the lock for long."""
LISTED = 5
"""Tasks that the home page lists."""


@dataclass(frozen=True, slots=True)
class Escalated:
    """A late task that has gone to the managers."""

    task: Task
    days: int
    """How late it is."""
    at: datetime
    """When it went to them last."""

    @property
    def who(self) -> str:
        """With whom it is; empty for nobody yet."""
        return self.task.owner.name if self.task.owner else ""


def escalate(actor: str, now: datetime, after: int) -> list[str]:
    """Give every open task that is late by `after` days or more to the managers; the tasks' keys.

    One that went to them less than `after` days ago, and since its day passed, is left out. No entry if there
    is nothing.
    """
    today = today_at(now)
    zone = zone_of(live_profile())
    late = Task.objects.filter(ended_at=None, due__lte=today - timedelta(days=after)).order_by("due", "id")
    rows = list(late.values_list("pk", "due"))
    chosen: list[tuple[str, date]] = []
    for start in range(0, len(rows), ASKED):
        part = rows[start : start + ASKED]
        last = _last_times([key for key, _due in part])
        for key, due in part:
            gone = last.get(key)
            day = None if gone is None else gone.astimezone(zone).date()
            if due is not None and _is_due(day, due, today, after):
                chosen.append((key, due))
    for start in range(0, len(chosen), NOTED):
        with recording(actor, "give late tasks to the managers") as act:
            for key, due in chosen[start : start + NOTED]:
                act.note(ESCALATED, key, {"due": due.isoformat(), "days": (today - due).days})
    return [key for key, _due in chosen]


def escalated(viewer: Viewer, now: datetime, most: int = LISTED) -> list[Escalated]:
    """Open tasks that are late and have gone to the managers, the latest to go first; for who reads all.

    For pages: the doors have set the organisation's zone.
    """
    if not viewer.reads:
        return []
    lately = entries_in_view(viewer).filter(kind=ESCALATED).order_by("-index")[: 10 * most]
    times: dict[str, datetime] = {}
    for subject, at in lately.values_list("subject", "at"):
        times.setdefault(subject, from_microseconds(at))
    return told(times, viewer, timezone.localdate(now))[:most] if times else []


def escalated_between(since: datetime, until: datetime) -> dict[str, datetime]:
    """The tasks that went to the managers within a time, by key, and when."""
    rows = Entry.objects.filter(kind=ESCALATED, at__gte=to_microseconds(since), at__lt=to_microseconds(until))
    return {subject: from_microseconds(at) for subject, at in rows.values_list("subject", "at")}


def told(times: dict[str, datetime], viewer: Viewer, today: date) -> list[Escalated]:
    """Those of the tasks that are open and late still, as far as the viewer may see them."""
    found: dict[str, Task] = {}
    keys = list(times)
    for start in range(0, len(keys), ASKED):
        visible = Task.objects.all().visible_to(viewer).filter(pk__in=keys[start : start + ASKED])
        found |= {
            task.pk: task for task in visible.filter(ended_at=None, due__lt=today).select_related("owner")
        }
    return [
        Escalated(task, (today - task.due).days, times[key])
        for key in keys
        if (task := found.get(key)) is not None and task.due is not None
    ]


def _last_times(keys: Sequence[str]) -> dict[str, datetime]:
    last: dict[str, datetime] = {}
    for start in range(0, len(keys), ASKED):
        rows = Entry.objects.filter(kind=ESCALATED, subject__in=keys[start : start + ASKED])
        last |= {
            key: from_microseconds(at) for key, at in rows.values_list("subject").annotate(at_=Max("at"))
        }
    return last


def _is_due(last: date | None, due: date, today: date, after: int) -> bool:
    """Whether a task that is late enough goes to the managers today: `last` is the day on which it did.

    One that went to them before its day was moved counts from its new day.
    """
    return last is None or last <= due or today - last >= timedelta(days=after)
