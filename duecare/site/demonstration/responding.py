"""How the clinic prepared for incidents: its plan, and whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from duecare.incidents.plans.actions import save_plan
from duecare.incidents.plans.contact_actions import FIELDS, add_contact, confirm_contact
from duecare.incidents.plans.models import Plan
from duecare.incidents.plans.queries import READER, REFERENCE, find_plan
from duecare.program.unchanged import seen_entry
from duecare.site.demonstration.story import Event
from duecare.site.demonstration.teller import Telling


def response(telling: Telling, event: Event, now: datetime) -> None:
    """Some answers of the plan, in one version."""
    told = event.told

    def change(plan: Plan) -> None:
        for name in ("scope", "meeting", "words"):
            setattr(plan, name, told.get(name, getattr(plan, name)))
        plan.roles = [{**role, **_holders(telling, told, role["id"])} for role in plan.roles]

    row = find_plan(READER)
    save_plan(telling.actor(told["by"]), change, -1 if row is None else seen_entry(row), now)
    telling.made[event.name] = REFERENCE


def _holders(telling: Telling, told: Mapping[str, Any], role: str) -> dict[str, str]:
    who = told.get("roles", {}).get(role, [])
    return {name: telling.people[key].pk for name, key in zip(("person", "deputy"), who, strict=False)}


def contact(telling: Telling, event: Event, now: datetime) -> None:
    """Somebody whom the clinic would call, who was called on the day."""
    told = event.told
    values = {name: told[name] for name in FIELDS if name in told}
    if "who" in told:
        values["person_id"] = telling.people[told["who"]].pk
    made = add_contact(telling.actor(told["by"]), values, now, tried=True)
    telling.made[event.name] = made.pk


def tried(telling: Telling, event: Event, now: datetime) -> None:
    confirm_contact(telling.actor(event.told["by"]), telling.made[event.name], now)
