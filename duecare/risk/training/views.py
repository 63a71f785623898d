"""Pages of calibration: what it is, an exercise, its results, and everybody's hit rates."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer
from duecare.risk.estimating import HitRate
from duecare.risk.rooms import ROOM
from duecare.risk.training import actions
from duecare.risk.training.forms import RangesForm
from duecare.risk.training.models import Calibration
from duecare.risk.training.queries import (
    COUNTED,
    LISTING,
    asked_in,
    demand_seer,
    demand_taker,
    find_exercise,
    find_own,
    hit_rates,
    may_take,
    own,
    rows,
)
from duecare.risk.training.questions import NAMES, TEN, UNITS, Question, shipped
from duecare.risk.training.ranges import holds
from duecare.risk.training.saying import Said, said, said_of
from duecare.web.charts import LineChart, Point
from duecare.web.figures import number
from duecare.web.views import show

SURE = 90
"""Per cent of the ranges that should hold the truth."""


@require_safe
def calibration(request: Request) -> HttpResponseBase:
    """What a 90 % range is and how to make a good one; one's own exercises; everybody's hit rates."""
    viewer = demand_seer(request)
    mine = own(viewer)
    ended = [row for row in mine if row.ended_at is not None]
    people: Mapping[str, str] = {viewer.person: viewer.name} if viewer.person else {}
    if everybody := viewer.reads and viewer.covers(ROOM):
        found = rows(viewer).filter(ended_at__isnull=False).order_by("person__name", "person_id")
        people = dict(found.values_list("person_id", "person__name"))
    rates = hit_rates({*people, viewer.person} - {""}, viewer)
    context = {
        "takes": may_take(viewer),
        "may_begin": may_take(viewer) and asof.current() is None,
        "under_way": next((row for row in mine if row.ended_at is None), None),
        "ended": ended,
        "chart": _chart(ended),
        "standing": said(rates[viewer.person]) if viewer.person in rates else None,
        "everybody": everybody,
        "rates": [(name, said(rates[key])) for key, name in people.items() if key in rates],
        "counted": COUNTED,
        "ten": TEN,
        "sure": SURE,
    }
    return render(request, "risk/calibration.html", context)


def _chart(ended: Sequence[Calibration]) -> LineChart | None:
    """The share of ranges that held, by the day on which exercises ended; None for none."""
    held: dict[Any, tuple[int, int]] = {}
    for row in reversed(ended):
        day = timezone.localdate(row.ended_at)
        hits, asked = held.get(day, (0, 0))
        held[day] = (hits + (row.hits or 0), asked + len(row.questions))
    if not held:
        return None
    return LineChart(
        "calibration",
        _("Ranges that held the answer"),
        _("The share of your ranges that held the answer, by the day of the exercise; about 90 % should."),
        "%",
        tuple(Point(day, 100 * hits / asked) for day, (hits, asked) in sorted(held.items())),
        target=SURE,
    )


@require_POST
def begin(request: Request) -> HttpResponseBase:
    """Begin an exercise, or go on with the one that is under way."""
    viewer = demand_taker(request)
    waiting = next((row for row in own(viewer) if row.ended_at is None), None)
    row = waiting or actions.begin(viewer, secrets.token_hex(16), request.now)
    return redirect("calibration-ranges", row.pk)


@require_safe
def calibrations(request: Request) -> HttpResponseBase:
    """The list of all exercises that a viewer may see."""
    viewer = demand_seer(request)
    listing = replace(LISTING, empty=replace(LISTING.empty, url=reverse("calibration")))
    return show(request, listing, rows(viewer), template="risk/calibrations.html")


@require_http_methods(["GET", "HEAD", "POST"])
def ranges(request: Request, key: str) -> HttpResponseBase:
    """The questions of an exercise that is under way."""
    if asof.current() is not None:
        raise NotFound(_("Questions are asked today only."), _("Go back to today."))
    viewer = demand_taker(request)
    row = find_own(key, viewer)
    if row.ended_at is not None:
        raise Refused(_("This exercise has ended already."), _("Its results stand on its page."))
    form = RangesForm(asked_in(row), request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.finish(viewer, key, form.ranges(), request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The exercise has ended. Here are the answers."))
            return redirect("calibration-exercise", key)
    context = {"form": form, "entries": [{**one, "unit": _unit(one["one"])} for one in form.entries()]}
    return render(request, "risk/calibration_ranges.html", context, status=400 if form.errors else 200)


@require_safe
def exercise(request: Request, key: str) -> HttpResponseBase:
    """One exercise: each range beside the answer, and what all of them say."""
    viewer = demand_seer(request)
    row = find_exercise(key, viewer)
    context = {
        "row": row,
        "mine": row.person_id == viewer.person,
        "may_go_on": row.person_id == viewer.person and row.ended_at is None and asof.current() is None,
        "may_begin": row.person_id == viewer.person and may_take(viewer) and asof.current() is None,
        "results": list(_results(row)),
        "alone": said_of(row.hits, len(row.questions)) if row.hits is not None else None,
        "standing": _standing(row, viewer),
        "counted": COUNTED,
        "sure": SURE,
    }
    return render(request, "risk/calibration_exercise.html", context)


def _standing(row: Calibration, viewer: Viewer) -> Said | None:
    """What the last exercises of whose it is say together."""
    found: HitRate | None = hit_rates([row.person_id], viewer).get(row.person_id)
    return said(found) if found and row.ended_at is not None else None


def _results(row: Calibration) -> Iterator[dict[str, Any]]:
    for id, (low, high), truth in zip(row.questions, row.ranges, row.truths, strict=False):
        one = shipped().get(id)
        yield {
            "ask": str(one.ask) if one else _("A question that was taken out since."),
            "low": _shown(low, one),
            "high": _shown(high, one),
            "truth": _shown(truth, one),
            "unit": _unit(one) if one else "",
            "from": _from(one) if one else "",
            "state": "met" if holds(low, high, truth) else "unmet",
            "word": _word(low, high, truth),
        }


def _word(low: str, high: str, truth: str) -> str:
    if holds(low, high, truth):
        return _("around it")
    return _("below it") if Decimal(high) < Decimal(truth) else _("above it")


def _from(one: Question) -> str:
    """Where an answer is from."""
    if one.worked:
        return one.worked
    return _("%(source)s, %(dated)s") % {"source": one.source, "dated": one.dated}


def _unit(one: Question) -> str:
    """The unit behind a number; nothing behind what is a name more than an amount."""
    return "" if one.unit in NAMES else str(UNITS[one.unit])


def _shown(value: str, one: Question | None) -> str:
    """A number as the reader's language writes it."""
    if one is not None and one.unit in NAMES:
        return value
    return number(Decimal(value))  # type: ignore[arg-type]  # the stub knows no decimals
