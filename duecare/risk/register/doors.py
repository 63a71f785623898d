"""Who may change the register."""

from __future__ import annotations

from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.risk.rooms import ROOM


def changer(request: Request) -> Viewer:
    """The viewer, if they may change the register. Raises NotFound for who may not read it, Refused for
    auditors."""
    viewer = demand_area(request, ROOM)
    if not viewer.changes:
        raise Refused(
            _("An auditor reads the register and changes nothing in it."),
            _("Ask an owner, a manager or an approver."),
        )
    return viewer
