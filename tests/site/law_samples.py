"""An obligation of an organisation's own and a decision about a law, and their keys."""

from __future__ import annotations

from datetime import datetime

from duecare.law.applies import Answer
from duecare.law.models import Override
from duecare.law.own.actions import add
from duecare.law.own.entries import taken_in
from duecare.law.rulings.actions import override

OWN = "own-northwind"
CONTRACT = {
    "id": OWN,
    "name": "Northwind contract",
    "kind": "contract",
    "citation": "Annex 2",
    "jurisdiction": "DE",
    "status": {"state": "in_force"},
    "applies_when": "always",
    "duties": [{"id": "report", "what": "Send the report.", "cadence": "P3M", "citation": "Annex 2"}],
    "measures": [{"use": "backups", "citation": "Annex 2"}],
    "clocks": [
        {
            "id": "customer",
            "recipient": "Northwind",
            "trigger": "awareness",
            "amount": 24,
            "unit": "hours",
            "counting": "ELAPSED_HOURS",
            "citation": "Annex 2",
            "confidence": "verified-in-source",
        }
    ],
    "confidence": "verified-in-source",
}


def decide(actor: str, at: datetime) -> None:
    """A contract that was added then, and a law that people said does not apply."""
    add(actor, taken_in(CONTRACT, OWN), at)
    override(actor, "cn-incident-reporting", Answer.DOES_NOT_APPLY, "Counsel says so.", None, at)


def keys() -> dict[str, str]:
    """By the name of an address's part."""
    return {"override": Override.objects.get(obligation="cn-incident-reporting").pk}
