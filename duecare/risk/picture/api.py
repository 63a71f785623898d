"""Curves for programs: the figures of a side at a stage, and the document that they come from."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import NotFound
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.risk.picture.choosing import Choice
from duecare.risk.picture.queries import Ground, ground
from duecare.risk.picture.telling import LACKING_WORDS
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint
from duecare.web.api_shapes import Answer

router = Router(tags=["Risk"])

Side = Literal["own", "others", "both"]
At = Literal["inherent", "today", "after"]


class RiskPoint(Answer):
    """One year in so many."""

    p: float
    """With this probability a year costs no more than `year`."""
    one_in: int
    year: float
    """Whole units of the currency, all losses of the year together."""
    beyond: float
    """The mean of the years that cost more."""
    largest: float
    """The same of the largest single loss of a year."""
    year_error: float | None
    """Standard error, where the curve was drawn by chance; null where it is exact."""
    beyond_error: float | None


class RiskFigures(Answer):
    """The losses of a year."""

    mean: float
    variance: float | None
    """Null if the tail is too heavy to have one."""
    none: float
    """The probability of a year without any loss."""
    points: list[RiskPoint]
    exact: bool
    error: float
    """How far an exact figure can be off, relatively."""
    why: str
    """Why the curve had to be drawn by chance; empty if it had not."""


class RiskLack(Answer):
    """A scenario of which something is not in the figures."""

    scenario: str
    name: str
    lacks: str
    """`rate`, `loss`; of both sides together `own` or `others`."""
    words: str


class RiskCurve(Answer):
    """A curve with what it was made from."""

    side: str
    stage: str
    currency: str
    tolerance: int | None
    """What a bad year, 1 in 20, may cost us, in minor units; null while nobody has said."""
    figures: RiskFigures | None
    """Null where nothing is estimated: not known, which is not nothing."""
    document: dict[str, Any] | None
    """What `duecare risk curve` reads; it answers the same figures."""
    scenarios: list[str]
    """Keys of the scenarios in it, in its order."""
    lacking: list[RiskLack]


def demand_ground(request: Request, choice: Choice) -> Ground:
    """The register as chosen. Raises NotFound before the terms are set."""
    found = ground(demand_area(request, ROOM), choice)
    if found is None:
        raise NotFound(_("Nobody has set the terms of risk yet."), _("Set the currency first."))
    return found


@endpoint(router, "GET", "/risk/curve", Scope.READ, RiskCurve)
def risk_curve(
    request: Request, side: Side = "own", stage: At = "today", scenarios: str = "", measures: str = ""
) -> Any:
    """What a year may cost one side at a stage; scenarios and measures are keys with commas between."""
    choice = Choice.of(request.GET)
    found = demand_ground(request, choice)
    written = found.written(choice.side, choice.stage)
    return {
        "side": choice.side,
        "stage": choice.stage.value,
        "currency": found.currency,
        "tolerance": found.terms.tolerance,
        "figures": found.figures(choice.side, choice.stage),
        "document": written.document if written.keys else None,
        "scenarios": list(written.keys),
        "lacking": [
            {"scenario": key, "name": found.names[key], "lacks": why, "words": str(LACKING_WORDS[why])}
            for key, why in found.lacking(choice.side).items()
        ],
    }
