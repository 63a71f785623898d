"""What the walks know of the rooms of risk: pages, operations and samples, each room's in a module.

A module has `PAGES` and `CALLS` (the reviewed tables of addresses.py and api_calls.py), `FILES` (addresses
whose answers are no pages), `write`, which makes what the addresses are about, and `keys`, which names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from duecare.ledger.viewers import Viewer
from tests.site.answers import Page
from tests.site.calls import Call
from tests.site.risk_rooms import decisions, insurance, measures, picture, register, training

ROOMS = (register, measures, decisions, insurance, training, picture)

PAGES: Mapping[str, Page] = {route: page for room in ROOMS for route, page in room.PAGES.items()}
CALLS: Mapping[str, Call] = {name: call for room in ROOMS for name, call in room.CALLS.items()}
FILES: frozenset[str] = frozenset(route for room in ROOMS for route in room.FILES)


def write(owner: Viewer, at: datetime) -> None:
    """Make what the addresses are about, room by room."""
    for room in ROOMS:
        room.write(owner, at)


def keys() -> dict[str, str]:
    """Keys of it, by the names that samples of addresses use."""
    return {name: key for room in ROOMS for name, key in room.keys().items()}
