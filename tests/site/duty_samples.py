"""What of the law applies in an organisation, and what is held, with the keys of both."""

from __future__ import annotations

from datetime import datetime

from duecare.law.applies import Answer
from duecare.law.holds.actions import Draft, place_hold
from duecare.law.models import LegalHold, Override
from duecare.law.obligations import register
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer


def apply(owner: Viewer, at: datetime) -> None:
    """The data protection law of Switzerland applies, by people's word; letters are held."""
    with recording(owner.actor, "say that a law applies"):
        Override.objects.create(
            id=new_key(), obligation="ch-fadp", answer=Answer.APPLIES.value, reason="We act in Basel.",
            said=Answer.CANNOT_TELL.value, version=register().version, made_by=owner.actor, made_at=at,
        )  # fmt: skip
    draft = Draft("The dispute", "Claim of May.", "All letters.", ("program.letter",), "Counsel", at.date())
    place_hold(owner, draft, at)


def keys() -> dict[str, str]:
    """By the name of an address's part."""
    return {"duty": "ch-fadp.records", "hold": LegalHold.objects.get(name="The dispute").pk}
