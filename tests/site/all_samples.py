"""All things that pages are about and that no other fixture makes, written into an organisation at once."""

from __future__ import annotations

from datetime import datetime

from duecare.ledger.viewers import Viewer
from tests.site import duty_samples, incident_samples, law_samples, risk_rooms, samples


def write(owner: Viewer, at: datetime) -> None:
    """The organisation has a host called web-1 that reported which software it has."""
    samples.draw_up(owner, at)
    duty_samples.apply(owner, at)
    law_samples.decide(owner.actor, at)
    incident_samples.happen(owner, at)
    risk_rooms.write(owner, at)


def keys() -> dict[str, str]:
    """Their keys, by the names that samples of addresses use."""
    return {
        **samples.keys(),
        **duty_samples.keys(),
        **law_samples.keys(),
        **incident_samples.keys(),
        **risk_rooms.keys(),
    }
