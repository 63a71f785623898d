"""Curves for programs: the figures of a side at a stage, and the document that they come from."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import NotFound
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.risk.picture import doubts, stairs
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


class RiskBar(Answer):
    """One input tried at its low and at its high point, all others unchanged."""

    scenario: str
    what: str
    """`rate`, `loss`, or `effect` of a safeguard."""
    safeguard: str
    """Id of the safeguard; empty for a rate or a loss."""
    on: str
    """`frequency` or `magnitude`."""
    low: float
    """Events a year, whole units of money, or what an effect leaves times what it was thought to leave."""
    high: float
    mean_low: float
    """What a year then costs on average."""
    mean_high: float
    bad_year_low: float | None
    """What 1 year in 20 then exceeds; null where it was not computed."""
    bad_year_high: float | None
    side: str
    currency: str


class RiskStep(Answer):
    """One step from a year without safeguards to today and beyond."""

    kind: str
    """`start`, `safeguard`, `today`, `measure` or `after`."""
    name: str
    mean: float
    change_of_mean: float | None
    """Null for a world as a whole: `start`, `today` and `after`."""
    bad_year: float | None
    change_of_bad_year: float | None
    side: str
    currency: str


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


@endpoint(router, "GET", "/risk/sensitivities", Scope.READ, list[RiskBar])
def risk_sensitivities(
    request: Request, side: Side = "own", scenarios: str = "", bad: Literal["yes", "no"] = "no"
) -> Any:
    """What each doubt alone does to a year's loss today, the widest first; bad years if `bad` is yes."""
    choice = Choice.of(request.GET)
    found = demand_ground(request, choice)
    return list(doubts.flat(found, doubts.tornado(found, choice.side, bad=choice.bad), choice.side))


@endpoint(router, "GET", "/risk/safeguards", Scope.READ, list[RiskStep])
def risk_safeguards(
    request: Request,
    side: Side = "own",
    scenarios: str = "",
    measures: str = "",
    bad: Literal["yes", "no"] = "no",
) -> Any:
    """What each safeguard takes away of a year's loss, then each measure; bad years if `bad` is yes."""
    choice = Choice.of(request.GET)
    found = demand_ground(request, choice)
    return list(stairs.flat(found, stairs.waterfall(found, choice.side, bad=choice.bad), choice.side))
