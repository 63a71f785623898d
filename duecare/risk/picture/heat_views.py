"""The page of the 5 x 5 view."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from duecare.ledger.viewers import Request, demand_area
from duecare.risk.heat import BASES
from duecare.risk.picture import matrix
from duecare.risk.picture.choosing import Choice
from duecare.risk.picture.files import rows_file
from duecare.risk.picture.frame import framed
from duecare.risk.picture.queries import ground
from duecare.risk.picture.telling import named
from duecare.risk.rooms import ROOM


@require_safe
def heat(request: Request) -> HttpResponseBase:
    """The 5 x 5 view: read off the numbers, for those who have to report one."""
    viewer = demand_area(request, ROOM)
    choice = Choice.of(request.GET, formats=("csv", "json"))
    found = ground(viewer, choice)
    bands = None if found is None else matrix.scale(found, choice.side)
    placed = () if found is None or bands is None else matrix.placed(found, choice.side, bands)
    if choice.format:
        rows = [] if found is None else matrix.flat(found, placed, choice.side)
        return rows_file(rows, choice.format, "heat")
    context = framed(request, found, "heat", choice)
    if found is not None and bands is not None:
        context["lacking"] = named(found, choice.side)
        if placed:
            context |= {
                "placed": [
                    {"one": one, "loss": found.figure(one.cell.loss), "yearly": found.figure(one.yearly)}
                    for one in placed
                ],
                "rows": list(matrix.rows(placed)),
                "heads": matrix.heads(bands),
                "basis": BASES[bands.basis],
            }
    return render(request, "risk/heat.html", context)
