"""The tasks that a playbook asks for in a case. Everything here is called within an act that is open already.

Each has `about` the case and the origin `incidents.case:<key>:<kind>.<step>` (playbooks may call their steps
alike), is with whoever has the step's role,
and is due on the day on which its minutes since the opening are over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from duecare.incidents.cases.models import Case, CaseRole
from duecare.incidents.cases.queries import CASE
from duecare.incidents.plans.content import PlanContent, Step
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.records import new_key
from duecare.program.models import Ending, Task
from duecare.program.task_actions import LONGEST
from duecare.program.task_queries import holding_people, today_at
from duecare.web.recorded import in_the_records_language

SAFEGUARD = "ir_plan"
"""Which these tasks are part of."""


def origin_of(case: Case, kind: str, step: str) -> str:
    """What a task of a step of a kind's playbook says that made it."""
    return f"{CASE}:{case.pk}:{kind}.{step}"


def made_for(task: Task) -> tuple[str, str]:
    """The kind and the step that a task is of; both empty for one that no playbook made."""
    record, _colon, rest = task.origin.partition(":")
    kind, _point, step = rest.partition(":")[2].partition(".")
    return (kind, step) if record == CASE and step else ("", "")


def step_in(content: PlanContent, task: Task) -> Step | None:
    """The step that a task is of, in the playbook of the kind for which it was made; None for none."""
    kind, id = made_for(task)
    found = content.playbooks.get(kind)
    return next((step for step in found.steps if step.id == id), None) if found else None


def steps_of(content: PlanContent, case: Case) -> tuple[Step, ...]:
    """What the playbook of the case's kind asks for; nothing while it has no kind."""
    found = content.playbooks.get(case.kind)
    return found.steps if found else ()


def limit_of(case: Case, step: Step) -> datetime | None:
    """Until when a step is to be done; None for one without a limit of its own."""
    return case.opened_at + timedelta(minutes=step.minutes) if step.minutes else None


def make_tasks(actor: str, case: Case, now: datetime) -> int:
    """Make the tasks of the case's playbook that are neither open nor done yet; how many."""
    content = plan_content(case)
    steps = steps_of(content, case)
    if not steps:
        return 0
    origins = {origin_of(case, case.kind, step.id): step for step in steps}
    there = Task.objects.filter(Q(ended_at=None) | Q(ended_as=Ending.DONE), origin__in=origins)
    known = set(there.values_list("origin", flat=True))
    holders = _holders(case, content, now)
    made = 0
    with in_the_records_language():
        for origin, step in origins.items():
            if origin in known:
                continue
            limit = limit_of(case, step)
            Task.objects.create(
                id=new_key(),
                title=_title(case, step),
                why=_why(case, step, limit),
                about=f"{CASE}:{case.pk}",
                safeguard=SAFEGUARD,
                origin=origin,
                owner_id=holders.get(step.role),
                due=limit.astimezone(ZoneInfo(case.zone)).date() if limit else None,
                made_by=actor,
                made_at=now,
            )
            made += 1
    return made


def open_tasks(case: Case) -> Iterator[Task]:
    """The tasks of the case's playbooks that are open, locked."""
    yield from (
        Task.objects.select_for_update()
        .filter(origin__startswith=f"{CASE}:{case.pk}:", ended_at=None)
        .order_by("id")
    )


def drop_tasks(actor: str, case: Case, words: str, now: datetime) -> int:
    """End the tasks that nobody has done, with that word; how many."""
    count = 0
    for task in open_tasks(case):
        task.ended_at, task.ended_as, task.ended_by, task.ended_words = now, Ending.DROPPED, actor, words
        task.save()
        count += 1
    return count


def hand_on(case: Case, role: str, before: str | None, after: str | None) -> int:
    """Give the open tasks of a role that are with `before` (None: nobody) to `after`; how many."""
    content, count = plan_content(case), 0
    for task in open_tasks(case):
        step = step_in(content, task)
        if step is not None and step.role == role and task.owner_id == before:
            task.owner_id = after
            task.save()
            count += 1
    return count


def _holders(case: Case, content: PlanContent, now: datetime) -> dict[str, str]:
    """Who does the steps of each role: who has it in the case, else whom the plan names."""
    able = set(holding_people(today_at(now)).values_list("pk", flat=True))
    found = {}
    for duty in content.roles:
        named = next((key for key in (duty.person, duty.deputy) if key in able), None)
        if named:
            found[duty.id] = named
    for row in CaseRole.objects.filter(case=case, ended_at=None).order_by("-since", "-id"):
        if row.person_id in able:
            found[row.role] = row.person_id
    return found


def _title(case: Case, step: Step) -> str:
    mark = _("Exercise %s") if case.exercise else _("Incident %s")
    title = f"{mark % case.number}: {step.what!s}"
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"


def _why(case: Case, step: Step, limit: datetime | None) -> str:
    what = str(step.what)
    whole = what if len(_title(case, step)) == LONGEST else ""
    if limit is None:
        return whole or _("A step of the playbook.")
    at = limit.astimezone(ZoneInfo(case.zone))
    words = _("A step of the playbook, to be done by %(time)s (%(zone)s).") % {
        "time": at.strftime("%Y-%m-%d %H:%M"),
        "zone": case.zone,
    }
    return f"{whole}\n{words}".strip()
