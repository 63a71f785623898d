"""A case with what belongs to it, written into an organisation, and the keys of its parts."""

from __future__ import annotations

from datetime import datetime

from duecare.incidents.cases.actions import open_case
from duecare.incidents.models import Case, PlanContact
from duecare.incidents.plans.actions import save_fields
from duecare.incidents.plans.contact_actions import add_contact
from duecare.ledger.models import Entry
from duecare.ledger.viewers import Viewer


def happen(owner: Viewer, at: datetime) -> None:
    """A case that the owner opened then, and a plan that they began."""
    save_fields(owner.actor, {"scope": "All that we run."}, -1, at)
    insurer = {"name": "Claims desk", "kind": "insurer", "what_for": "Before we spend", "phone": "+49 30 1"}
    add_contact(owner.actor, insurer, at)
    open_case(owner.actor, at, title="Mail account taken over")


def keys() -> dict[str, str]:
    """By the name of an address's part."""
    return {
        "case": Case.objects.get(title="Mail account taken over").pk,
        "plan contact": PlanContact.objects.get().pk,
        "plan version": str(Entry.objects.get(kind="incidents.plan").index),
    }
