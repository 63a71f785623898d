"""Roles within an act that is open already: those that the plan fills when a case is opened."""

from __future__ import annotations

from datetime import datetime

from duecare.incidents.cases import telling
from duecare.incidents.cases.models import Case, CaseRole
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.records import new_key
from duecare.program.models import Person
from duecare.program.task_queries import holding_people, today_at


def fill_from_plan(actor: str, case: Case, now: datetime) -> None:
    """Give the roles of the plan to those whom it names, or else to their deputies, and tell them."""
    content = plan_content(case)
    named = {key for duty in content.roles for key in (duty.person, duty.deputy) if key}
    if not named:
        return
    able = {person.pk: person for person in holding_people(today_at(now)).filter(pk__in=named)}
    for duty in content.roles:
        person = able.get(duty.person) or able.get(duty.deputy)
        if person is not None:
            put_role(actor, case, duty.id, person, "", now)


def put_role(actor: str, case: Case, role: str, person: Person | None, name: str, now: datetime) -> CaseRole:
    """Let somebody have a role from now on; one of ours is told, unless it was they who did it."""
    made: CaseRole = CaseRole.objects.create(
        id=new_key(), case=case, role=role, person=person, name=name, since=now, made_by=actor
    )
    if person is not None and actor != f"person:{person.pk}":
        telling.tell_of_role(case, made, now)
    return made
