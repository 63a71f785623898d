"""What the overview of a case tells: who does what, what is to be done, what belongs to it, what departs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from duecare.incidents.alerts.models import Alert
from duecare.incidents.cases.departures import Departure, Done, departures
from duecare.incidents.cases.models import Affected, Case, CaseLink, CaseRole, IncidentReport
from duecare.incidents.cases.naming import STATUSES, kind_name, role_name, severity_name
from duecare.incidents.cases.phases import OF_CASES, phase_of
from duecare.incidents.cases.playbook_tasks import limit_of, made_for, step_in, steps_of
from duecare.incidents.cases.queries import CASE, names_of
from duecare.incidents.plans.content import Duty, PlanContent
from duecare.incidents.plans.queries import approved_entry, plan_content
from duecare.ledger.viewers import Viewer
from duecare.program.models import Ending, Task
from duecare.program.subjects import address_seen, named_among
from duecare.program.task_queries import is_late

LISTED = 100
"""Tasks, and alerts, that a page of a case lists."""


@dataclass(frozen=True, slots=True)
class RoleTold:
    """A role of the plan, and who has it."""

    duty: Duty
    held: tuple[CaseRole, ...]


@dataclass(frozen=True, slots=True)
class LinkTold:
    """Something that belongs to the case, or did."""

    link: CaseLink
    name: str
    url: str
    by: str


@dataclass(frozen=True, slots=True)
class DepartureTold:
    """A departure from the plan, in words of the page."""

    departure: Departure
    role: str


def tell(case: Case, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """The context of `incidents/case.html`."""
    content = plan_content(case)
    rows = list(
        CaseRole.objects.all().visible_to(viewer).filter(case=case, ended_at=None).select_related("person")
    )
    newest = approved_entry()
    return {
        "severity": severity_name(content, case.severity),
        "kind": kind_name(content, case.kind),
        "phases": [
            {"name": phase_of(id).name, "csf": phase_of(id).csf, "now": id == case.phase} for id in OF_CASES
        ],
        "roles": _roles(content, rows),
        "tasks": _tasks(case, viewer, content, now),
        "affected": _affected(case, viewer),
        "merged": list(Case.objects.all().visible_to(viewer).filter(merged_into=case).order_by("number")),
        "departures": _departures(content, case, viewer, rows, now) if viewer.reads else [],
        "newer_plan": newest is not None and newest != case.plan_entry and case.closed_at is None,
        "closed_by": names_of([case.closed_by], viewer).get(case.closed_by, ""),
        "opened_by": names_of([case.opened_by], viewer).get(case.opened_by, ""),
    }


def belonging(case: Case, viewer: Viewer) -> dict[str, Any]:
    """What belongs to a case: reports, alerts, attached records, and what was detached."""
    links = list(CaseLink.objects.all().visible_to(viewer).filter(case=case).order_by("-attached_at", "-id"))
    reports = list(
        IncidentReport.objects.all().visible_to(viewer).filter(case=case).order_by("reported_at", "id")
    )
    alerts = list(
        Alert.objects.all().visible_to(viewer).filter(case=case).order_by("happened_at", "id")[: LISTED + 1]
    )
    back = list(
        CaseLink.objects.all()
        .visible_to(viewer)
        .filter(about=f"{CASE}:{case.pk}", detached_at=None)
        .select_related("case")
    )
    names = named_among({link.about for link in links}, viewer)
    actors = [one.attached_by for one in links] + [one.detached_by for one in links]
    people = names_of([*actors, *(one.reported_by for one in reports)], viewer)
    told = [
        LinkTold(
            link,
            names.get(link.about, ""),
            address_seen(link.about, viewer) if link.about in names else "",
            people.get(link.detached_by or link.attached_by, ""),
        )
        for link in links
    ]
    return {
        "attached": [one for one in told if one.link.detached_at is None],
        "detached": [one for one in told if one.link.detached_at is not None],
        "reports": [{"report": one, "by": people.get(one.reported_by, "")} for one in reports],
        "alerts": alerts[:LISTED],
        "more_alerts": len(alerts) > LISTED,
        "back": back,
    }


def _roles(content: PlanContent, rows: list[CaseRole]) -> list[RoleTold]:
    known = {duty.id for duty in content.roles}
    others = [Duty(id, role_name(content, id), "") for id in {row.role for row in rows} - known]
    return [
        RoleTold(duty, tuple(row for row in rows if row.role == duty.id))
        for duty in (*content.roles, *others)
    ]


def _tasks(case: Case, viewer: Viewer, content: PlanContent, now: datetime) -> dict[str, Any]:
    """The tasks about the case: open ones in the order of the playbook, then by day; how many have ended."""
    about = Task.objects.all().visible_to(viewer).filter(about=f"{CASE}:{case.pk}").select_related("owner")
    rows = list(about.order_by("due", "id")[: 2 * LISTED])
    today = timezone.localdate(now)
    steps = [step.id for step in steps_of(content, case)]
    told = []
    for one in rows:
        (kind, id), step = made_for(one), step_in(content, one)
        place = steps.index(id) if kind == case.kind and id in steps else len(steps)
        if one.ended_at is None:
            limit = limit_of(case, step) if step else None
            late = is_late(one, today) or (limit is not None and now > limit)
            told.append((place, {"task": one, "step": step, "limit": limit, "late": late}))
    return {
        "open": [one for _place, one in sorted(told, key=lambda one: one[0])][:LISTED],
        "done": sum(one.ended_as == Ending.DONE for one in rows),
        "dropped": sum(one.ended_as == Ending.DROPPED for one in rows),
        "all": len(rows),
        "partial": not viewer.reads or viewer.areas is not None,
    }


def _affected(case: Case, viewer: Viewer) -> list[tuple[str, int]]:
    rows = Affected.objects.all().visible_to(viewer).filter(case=case, removed_at=None)
    counts = Counter(rows.values_list("status", flat=True))
    order: list[str] = [*STATUSES]
    return [(status, counts[status]) for status in sorted(counts, key=order.index)]


def departures_of(case: Case, viewer: Viewer, now: datetime) -> list[Departure]:
    """Where a case departs from its plan, at a moment (its end, if it is over)."""
    rows = list(CaseRole.objects.all().visible_to(viewer).filter(case=case, ended_at=None))
    return [one.departure for one in _departures(plan_content(case), case, viewer, rows, now)]


def _departures(
    content: PlanContent, case: Case, viewer: Viewer, rows: list[CaseRole], now: datetime
) -> list[DepartureTold]:
    tasks = (
        Task.objects.all()
        .visible_to(viewer)
        .filter(origin__startswith=f"{CASE}:{case.pk}:{case.kind}.")
        .order_by("made_at", "id")
    )
    done = [
        Done(made_for(one)[1], one.ended_at, one.ended_as == Ending.DROPPED, one.ended_words) for one in tasks
    ]
    found = departures(
        content,
        case.kind,
        {step.id: limit for step in steps_of(content, case) if (limit := limit_of(case, step))},
        done,
        {row.role for row in rows},
        case.closed_at or now,
    )
    return [
        DepartureTold(one, role_name(content, one.role or (one.step.role if one.step else "")))
        for one in found
    ]
