"""Who reads the plan and its contacts, and who changes them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.incidents.cases.models import ROOM
from duecare.ledger.viewers import Request, Role, Viewer, demand_area

CHANGERS = (Role.OWNER, Role.MANAGER)


def reader(request: Request) -> Viewer:
    """The viewer, if they may read the plan. Raises NotFound for all others."""
    return demand_area(request, ROOM)


def changer(request: Request) -> Viewer:
    """The viewer, if they may change the plan. Raises Refused for one who may only read, else NotFound."""
    viewer = reader(request)
    if not viewer.has(*CHANGERS):
        raise Refused(_("Only an owner or a manager changes the plan."), _("Ask one of them."))
    return viewer


def worker(request: Request) -> Viewer:
    """The viewer, if they may say that they tried a contact or read the plan. Raises as above."""
    viewer = reader(request)
    if not viewer.changes:
        raise Refused(_("You may read this, and change nothing."), _("Ask an owner or a manager."))
    return viewer
