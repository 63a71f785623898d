"""Who may read and who may change what is in this room, and how many papers a minute are set."""

from __future__ import annotations

from django.core.cache import cache
from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.risk.rooms import ROOM

PAPERS_A_MINUTE = 10
"""That one person may ask for: each signs a checkpoint and takes a second of computing."""


def reader(request: Request) -> Viewer:
    """The viewer, if they may read about risk. Raises NotFound for all others."""
    return demand_area(request, ROOM)


def keeper(request: Request) -> Viewer:
    """The viewer, if they may change what is here. Raises NotFound for who may not read it, Refused for who
    may only read."""
    viewer = demand_area(request, ROOM)
    if not viewer.changes:
        raise Refused(_("Insurance is kept by owners, managers and approvers."), _("Ask one of them."))
    return viewer


def demand_patience(viewer: Viewer) -> None:
    """Raises Refused for who had many papers set within a minute."""
    key = f"insurance-papers:{viewer.person or viewer.actor}"
    if cache.add(key, 1, 60):
        return
    try:
        made = cache.incr(key)
    except ValueError:  # its minute has just ended
        return
    if made > PAPERS_A_MINUTE:
        raise Refused(_("Too many papers were asked for in one minute."), _("Wait a minute and try again."))
