"""Pages of pictures: what a year may cost at a glance, and its curves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duecare.ledger.viewers import Request, demand_area
from duecare.risk.picture.bearing import Bearing, bearing
from duecare.risk.picture.choosing import Choice
from duecare.risk.picture.exceedance import Band, Drawing
from duecare.risk.picture.files import document_file, rows_file
from duecare.risk.picture.frame import framed, scenario_url
from duecare.risk.picture.layers import layers
from duecare.risk.picture.queries import Ground, ground
from duecare.risk.picture.telling import (
    Lack,
    Told,
    flat,
    lines,
    method,
    named,
    picture,
    share,
    told,
)
from duecare.risk.picture.waiting import waiting
from duecare.risk.register.forms_of_loss import SIDE_WORDS
from duecare.risk.register.portfolios import Stage
from duecare.risk.register.reviewing import looked_at
from duecare.risk.rooms import ROOM


@dataclass(frozen=True, slots=True)
class Side:
    """What a year may cost one side, as the overview tells it."""

    id: str
    words: str
    told: bool
    """Whether anything is estimated: if not, nothing is known, which is not nothing."""
    average: str = ""
    bad: str = ""
    worse: str = ""
    """The mean of the years beyond a bad one."""
    none: str = ""
    method: str = ""
    bearing: Bearing | None = None
    """Whether a bad year is within the tolerance; None where there is none, or none for this side."""
    drawing: Drawing | None = None
    counted: int = 0
    lacking: tuple[Lack, ...] = ()
    """Scenarios that are not in it."""


@require_safe
def overview(request: Request) -> HttpResponseBase:
    """What a year may cost us and others, on average and in a bad year; what is in it and what is not."""
    viewer = demand_area(request, ROOM)
    found = ground(viewer, Choice.of(request.GET))
    context: dict[str, Any] = framed(request, found, "overview")
    context["waiting"] = list(waiting(viewer, timezone.localdate(request.view_now)))
    if found is not None and found.scenarios:
        context |= {
            "sides": [_side(found, side, request.view_now) for side in ("own", "others")],
            "tolerance": None if found.tolerance is None else found.shown(found.tolerance),
            "stale": _stale(found, request.view_now),
        }
    return render(request, "risk/overview.html", context)


def _side(found: Ground, side: str, now: datetime) -> Side:
    figures = found.figures(side, Stage.TODAY)
    lacking = named(found, side)
    words = str(SIDE_WORDS[side])
    if figures is None:
        return Side(side, words, False, lacking=lacking)
    today = (Told(Stage.TODAY, _("Today"), figures),)
    bad = figures.bad
    return Side(
        side,
        words,
        True,
        found.shown(figures.mean),
        found.shown(bad.year),
        found.shown(bad.beyond),
        share(figures.none),
        method(today),
        bearing(found, now) if side == "own" else None,
        picture(found, today, "year", tolerance=side == "own"),
        len(found.rows) - len(found.written(side, Stage.TODAY).lacking),
        lacking,
    )


def _stale(found: Ground, now: datetime) -> list[dict[str, Any]]:
    return [{"name": one, "url": scenario_url(one.pk), "since": looked_at(one)} for one in found.stale(now)]


@require_safe
def curves(request: Request) -> HttpResponseBase:
    """How likely a year, or one loss of it, costs more than so much: without safeguards, today, after."""
    viewer = demand_area(request, ROOM)
    choice = Choice.of(request.GET)
    found = ground(viewer, choice)
    stages = () if found is None else told(found, choice.side)
    if found is not None and choice.format == "file":
        return document_file(found.written(choice.side, choice.stage), f"{choice.side}-{choice.stage}")
    if choice.format:
        return rows_file([] if found is None else flat(found, stages, choice.side), choice.format, "curves")
    context = framed(request, found, "curves", choice)
    if found is not None:
        context["lacking"] = named(found, choice.side)
    if found is not None and stages:
        context |= {
            "stages": stages,
            "parts": [
                _part(found, stages, "year", tolerance=choice.side == "own"),
                _part(found, stages, "largest", _bands(request, found) if choice.side == "own" else ()),
            ],
            "beyond": list(lines(found, stages, "beyond")),
            "method": method(stages),
            "files": [(one.words, choice.query(stage=one.stage.value, format="file")) for one in stages],
        }
    return render(request, "risk/curves.html", context)


def _bands(request: Request, found: Ground) -> tuple[Band, ...]:
    return tuple(layers(request.viewer, timezone.localdate(request.view_now), found.currency))


def _part(
    found: Ground,
    stages: tuple[Told, ...],
    of: str,
    bands: tuple[Band, ...] = (),
    *,
    tolerance: bool = False,
) -> dict[str, Any]:
    """A picture with its table."""
    titles = {
        "year": (_("A whole year"), _("How often a year costs more than so much, all its losses together.")),
        "largest": (
            _("The largest single loss"),
            _("How often at least one loss of a year is larger than so much."),
        ),
    }
    title, about = titles[of]
    return {
        "of": of,
        "title": title,
        "about": about,
        "drawing": picture(found, stages, of, bands, tolerance=tolerance),
        "lines": list(lines(found, stages, of)),
    }
