"""The source of subjects called "incident plans": the plan with its contacts, as the record has them now.

There is always one subject, also before there is a plan: that there is none is what the checks must say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.incidents.plans.checks import PLANS
from duecare.incidents.plans.models import PlanContact
from duecare.incidents.plans.queries import READER, REFERENCE, find_plan
from duecare.incidents.plans.steps import missing
from duecare.incidents.plans.stored import FIELDS, plan_of
from duecare.incidents.plans.telling import deserted, standing_of
from duecare.program.judgement import Facts, Grade
from duecare.program.subjects import Subject, register_source
from duecare.program.task_queries import today_at


def plans(now: datetime) -> Iterator[Subject]:
    """The one plan, whether there is one or not."""
    sections = {"plan": _plan(now), "contacts": {"state": "read", "problems": [], "rows": _contacts()}}
    yield Subject(REFERENCE, _("Incident plan"), Grade.STATED, Facts(now, now, sections))


def _plan(now: datetime) -> dict[str, Any]:
    row = find_plan(READER)
    if row is None:
        return {"state": "absent", "problems": []}
    standing = standing_of(READER)
    plan = plan_of({name: getattr(row, name) for name in FIELDS})
    lacking = missing(plan)
    looked_at = standing.looked_at
    return {
        "state": "read",
        "problems": [],
        "lacking": [str(one.name) for one in lacking],
        "deserted": deserted(plan, today_at(now)),
        "approved_at": standing.approval.approval.at.isoformat() if standing.approval else None,
        "current": standing.state == "approved",
        "reviewed_at": looked_at.isoformat() if looked_at else None,
    }


def _contacts() -> list[dict[str, Any]]:
    """Those to call, by name; namesakes are told apart, as a finding is known by the name."""
    found: dict[str, dict[str, Any]] = {}
    for row in PlanContact.objects.filter(ended_at=None).order_by("name", "organisation", "id"):
        name = ", ".join(filter(None, (row.name, row.organisation)))
        name = f"{name} ({row.pk[:6]})" if name in found else name
        at = row.confirmed_at.isoformat() if row.confirmed_at else None
        found[name] = {"name": name, "confirmed_at": at}
    return list(found.values())


register_source(PLANS, plans)
