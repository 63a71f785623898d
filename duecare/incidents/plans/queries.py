"""Which plan holds: the version that was approved, the one that a case runs under, and what ships."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duecare.incidents.cases.models import Case
from duecare.incidents.plans.content import PlanContent
from duecare.incidents.plans.models import Plan
from duecare.incidents.plans.shipped import shipped
from duecare.incidents.plans.stored import plan_of
from duecare.ledger.leaves import commit
from duecare.ledger.models import Payload
from duecare.ledger.records import read_payload, shapes
from duecare.ledger.viewers import Role, Viewer
from duecare.program.approval_queries import Shown, decisions_about
from duecare.program.models import Decided

PLAN = "plan"
"""The key of the one plan."""
KIND = "incidents.plan"
REFERENCE = f"{KIND}:{PLAN}"
READER = Viewer("server", "", frozenset({Role.OWNER}))
"""Reads the plan on behalf of whoever works on a case. Nobody signs in as it."""


def find_plan(viewer: Viewer) -> Plan | None:
    """The plan as it was last saved, approved or not; None before anybody began one."""
    found: Plan | None = Plan.objects.all().visible_to(viewer).filter(pk=PLAN).first()
    return found


def plan_content(case: Case | None) -> PlanContent:
    """The plan that a case runs under; without a case, the one by which a new case would.

    A case has the version of the entry that it names, whatever became of the plan since; what ships, where it
    names none. A new case would have the newest approved version, else what ships.
    """
    entry = approved_entry() if case is None else case.plan_entry
    return (None if entry is None else version_at(entry)) or shipped()


def version_at(entry: int) -> PlanContent | None:
    """The plan as an entry says that it stood; None if the entry is of no plan, or was erased."""
    fields = fields_at(entry)
    return None if fields is None else plan_of(fields)


def fields_at(entry: int) -> Mapping[str, Any] | None:
    """The fields of the plan's record as an entry has them; None as above."""
    payload = Payload.objects.filter(index=entry, kind=KIND, subject=PLAN).first()
    return None if payload is None else read_payload(shapes()[KIND], bytes(payload.data))


def approved_entry() -> int | None:
    """Index of the entry of the newest approved version, whether or not the plan was changed since."""
    found = approval()
    return None if found is None else found.approval.entry


def approval() -> Shown | None:
    """The newest approval of the plan that holds: its signature does, and the entry is what it approved."""
    for one in decisions_about([REFERENCE], READER).get(REFERENCE, []):
        if one.approval.decided == Decided.APPROVED and not one.fault and _opens(one):
            return one
    return None


def _opens(one: Shown) -> bool:
    payload = Payload.objects.filter(index=one.approval.entry, kind=KIND, subject=PLAN).first()
    if payload is None:
        return False
    return commit("payload", bytes(payload.salt), bytes(payload.data)).hex() == one.approval.commitment
