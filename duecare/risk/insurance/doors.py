"""Who may read and who may change what is in this room."""

from __future__ import annotations

from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.risk.rooms import ROOM


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
