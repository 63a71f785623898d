"""Making the plan of the first ninety days: its tasks, in one act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.models import Task
from duecare.program.ninety import Planned, Who
from duecare.program.setup_actions import locked_setup
from duecare.program.task_queries import holding_people
from duecare.program.tasks import WEEK


def make_plan(
    actor: str,
    planned: Sequence[Planned],
    now: datetime,
    today: date,
    *,
    owner: str | None,
    approver: str | None,
) -> list[Task]:
    """Make the tasks of a plan, and begin it today if it has not begun. One act; the tasks that were made.

    `owner` and `approver` are keys of people, or None for nobody yet. What became a task before does not
    become one again, whatever became of it: so nothing is there twice, and what was dropped stays dropped.
    """
    with recording(actor, "plan the first ninety days"):
        arranged = locked_setup()  # so that two who press at once make one plan
        if arranged.plan_from is None:
            arranged.plan_from = today
            arranged.save()
        had = set(
            Task.objects.filter(origin__in=[one.origin for one in planned]).values_list("origin", flat=True)
        )
        holding = set(holding_people(today).values_list("pk", flat=True))
        whose = {Who.OWNER: owner, Who.APPROVER: approver, Who.NOBODY: None}
        made = [
            Task(
                id=new_key(),
                title=one.title,
                why=one.why,
                about=one.about,
                safeguard=one.safeguard,
                origin=one.origin,
                owner_id=whose[one.who] if whose[one.who] in holding else None,
                due=arranged.plan_from + one.week * WEEK - timedelta(days=1),
                minutes=one.minutes,
                made_by=actor,
                made_at=now,
            )
            for one in planned
            if one.origin not in had
        ]
        Task.objects.bulk_create(made)
    return made
