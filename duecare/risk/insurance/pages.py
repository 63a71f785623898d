"""What the pages of this room have in common: the history of what they show."""

from __future__ import annotations

from duecare.ledger.browsing import opened_about
from duecare.ledger.models import Entry
from duecare.ledger.viewers import Viewer

HISTORY = 20
"""Entries that the page of a thing lists."""


def history(kind: str, key: str, viewer: Viewer) -> list[Entry]:
    """The newest entries about one thing."""
    return list(opened_about(kind, [key], viewer).filter(kind=kind).order_by("-index")[:HISTORY])
