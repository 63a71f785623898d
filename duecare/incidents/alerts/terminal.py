"""Taking alerts in from a file at the terminal."""

from __future__ import annotations

from datetime import datetime

from duecare.incidents.alerts.actions import Taken, take_in
from duecare.incidents.alerts.reading import read_alerts


def bring_alerts(data: bytes, actor: str, now: datetime) -> Taken:
    """Take in the alerts of JSON Lines. Raises BadInput by line; nothing is taken then."""
    return take_in(actor, read_alerts(data), now)
