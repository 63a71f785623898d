"""Pages of what moves a year's loss most, and of what each safeguard takes away."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from duecare.ledger import asof
from duecare.ledger.viewers import Request, demand_area
from duecare.risk.picture import doubts, stairs
from duecare.risk.picture.choosing import Choice
from duecare.risk.picture.files import rows_file
from duecare.risk.picture.frame import framed
from duecare.risk.picture.queries import ground
from duecare.risk.picture.telling import named
from duecare.risk.register.portfolios import Stage
from duecare.risk.rooms import ROOM

ROWS = ("csv", "json")


@require_safe
def sensitivity(request: Request) -> HttpResponseBase:
    """The tornado: each input low and high, all others unchanged, the one that moves a year most on top."""
    viewer = demand_area(request, ROOM)
    choice = Choice.of(request.GET, formats=ROWS)
    found = ground(viewer, choice)
    bars = () if found is None else doubts.tornado(found, choice.side, bad=choice.bad)
    if choice.format:
        rows = [] if found is None else doubts.flat(found, bars, choice.side)
        return rows_file(rows, choice.format, "sensitivity")
    context = framed(request, found, "sensitivity", choice)
    if found is not None:
        context["lacking"] = named(found, choice.side)
        today = found.figures(choice.side, Stage.TODAY)
        if today is not None and bars:
            context |= {
                "bars": list(doubts.tried(found, bars, today.mean)),
                "inexact": choice.bad and all(bar.var_low is None for bar in bars),
                "dashes": any(bar.var_low is None for bar in bars[: doubts.SHOWN]),
                "more": len(bars) - doubts.SHOWN,
                "mean": found.shown(today.mean),
            }
    return render(request, "risk/sensitivity.html", context)


@require_safe
def safeguards(request: Request) -> HttpResponseBase:
    """The waterfall: without safeguards, one after the other, today; then measures, if some are chosen."""
    viewer = demand_area(request, ROOM)
    choice = Choice.of(request.GET, formats=ROWS)
    found = ground(viewer, choice)
    steps = () if found is None else stairs.waterfall(found, choice.side, bad=choice.bad)
    if choice.format:
        rows = [] if found is None else stairs.flat(found, steps, choice.side)
        return rows_file(rows, choice.format, "safeguards")
    context = framed(request, found, "safeguards", choice)
    context["may_change"] = viewer.changes and asof.current() is None
    if found is not None:
        context |= {
            "lacking": named(found, choice.side),
            "steps": list(stairs.shown(found, steps)),
            "held": any(one.kind == "safeguard" for one in steps),
        }
    return render(request, "risk/safeguards.html", context)
