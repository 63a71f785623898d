"""An obligation of an organisation's own, decisions about laws, a legal hold, and their keys."""

from __future__ import annotations

from datetime import datetime

from duecare.law.applies import Answer
from duecare.law.holds.actions import Draft, place_hold
from duecare.law.models import LegalHold, Override
from duecare.law.own.actions import add
from duecare.law.own.entries import taken_in
from duecare.law.rulings.actions import override
from duecare.ledger.viewers import Viewer

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


def decide(owner: Viewer, at: datetime) -> None:
    """What the owner said then: a contract, a law that does not apply, one that does; letters are held."""
    actor = owner.actor
    add(actor, taken_in(CONTRACT, OWN), at)
    override(actor, "cn-incident-reporting", Answer.DOES_NOT_APPLY, "Counsel says so.", None, at)
    override(actor, "ch-fadp", Answer.APPLIES, "We act in Basel.", None, at)
    held = ("program.letter",)
    draft = Draft("The dispute", "Claim of May.", "All letters.", held, "Counsel", at.date())
    place_hold(owner, draft, at)


def keys() -> dict[str, str]:
    """By the name of an address's part."""
    return {
        "override": Override.objects.get(obligation="cn-incident-reporting").pk,
        "duty": "ch-fadp.records",
        "hold": LegalHold.objects.get(name="The dispute").pk,
    }
