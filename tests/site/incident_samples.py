"""A case with what belongs to it, written into an organisation, and the keys of its parts."""

from __future__ import annotations

from datetime import datetime

from duecare.incidents.cases.actions import open_case
from duecare.incidents.models import Case
from duecare.ledger.viewers import Viewer


def happen(owner: Viewer, at: datetime) -> None:
    """A case that the owner opened then."""
    open_case(owner.actor, at, title="Mail account taken over")


def keys() -> dict[str, str]:
    """By the name of an address's part."""
    return {"case": Case.objects.get(title="Mail account taken over").pk}
