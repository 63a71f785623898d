"""Estimates and the safeguards that hold a scenario down, for programs.

Money is whole minor units of the register's currency, rates are millionths of an event a year, shares are
thousandths, in and out.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from duecare.errors import NotFound
from duecare.ledger.viewers import Request, Scope, Viewer, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.register import effect_actions, estimate_actions
from duecare.risk.register.believing import MOST_LISTED, Belief
from duecare.risk.register.doors import changer
from duecare.risk.register.estimate_lists import estimate_rows, estimates_listing
from duecare.risk.register.models import Effect, Estimate
from duecare.risk.register.queries import find_scenario
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reason, Words

router = Router(tags=["Risk"])
LISTING = estimates_listing(None)
Amount = Annotated[int, Field(ge=0, lt=2**53)]
Share = Annotated[int, Field(ge=0, le=1000)]
"""Thousandths."""


class EstimateAnswer(Answer):
    """What one person believes of one thing."""

    id: str
    what: str
    kind: str
    numbers: list[int]
    author: str | None
    """Key of a person."""
    reason: str
    source: str
    confidence: str
    made_at: Moment
    ended_at: Moment | None


class EffectAnswer(Answer):
    """A safeguard that holds a scenario down."""

    id: str
    safeguard: str
    on: str
    efficacy: list[int]
    coverage: int
    reliability: int
    reason: str
    made_by: str
    made_at: Moment
    ended_at: Moment | None


class GiveEstimate(Body):
    """What you believe of one thing of a scenario."""

    what: Line
    """`rate`, or a loss: response, replacement, productivity, liability, fines, reputation; others."""
    kind: Line
    """`range` (low and high of nine cases in ten), `pert` (least, likely, most), `history` (of rates: events,
    millionths of years; everybody shares one, so that it ends the one that stands, whoever told it) or `data`
    (losses that happened)."""
    numbers: Annotated[list[Amount], Field(max_length=MOST_LISTED)]
    reason: Words
    confidence: Line
    """`low`, `medium` or `high`."""
    source: Line = ""
    confirmed: bool = False
    """Repeats what was refused as doubtful."""


class GiveEffect(Body):
    """What a safeguard in place does to a scenario."""

    safeguard: Line
    on: Line
    """`frequency` or `magnitude`."""
    efficacy: Annotated[list[Share], Field(min_length=3, max_length=3)]
    """Least, likely and most share that it takes away where it works."""
    coverage: Share
    reliability: Share
    reason: Words
    known: bool = True
    """Whether the estimates that stand were made knowing it: then today's figures stay."""

    def draft(self) -> effect_actions.EffectDraft:
        least, likely, most = self.efficacy
        return effect_actions.EffectDraft(
            self.safeguard,
            self.on,
            (least, likely, most),
            self.coverage,
            self.reliability,
            self.reason,
            self.known,
        )


class ChangeEffect(GiveEffect):
    """The same from now on, whole."""

    seen: int | None = None


class EndEffect(Reason):
    """Why a safeguard holds a scenario down no longer."""

    known: bool = False
    """Whether it never held, so that the estimates know of that: then today's figures stay."""


@endpoint(router, "POST", "/risk/scenarios/{key}/estimates", Scope.RISK, EstimateAnswer, status=201)
def giveestimate_answer(request: Request, key: Key, body: GiveEstimate) -> Any:
    """Estimate one thing of a scenario."""
    viewer = changer(request)
    said = estimate_actions.Estimated(
        Belief(body.what, body.kind, tuple(body.numbers)),
        body.reason,
        body.confidence,
        body.source,
        body.confirmed,
    )
    return estimate_answer(
        estimate_actions.estimate(viewer, find_scenario(key, viewer).pk, said, request.now)
    )


@endpoint(router, "GET", "/risk/estimates", Scope.READ, rows_of(LISTING), listing=LISTING)
def list_estimates(request: Request) -> Any:
    """Estimates, the newest first, those that no longer stand too."""
    viewer = demand_area(request, ROOM)
    return list_rows(request, estimates_listing(viewer), estimate_rows(viewer))


@endpoint(router, "POST", "/risk/estimates/{key}/withdraw", Scope.RISK, EstimateAnswer)
def withdrawestimate_answer(request: Request, key: Key, body: Reason) -> Any:
    """Withdraw an estimate."""
    viewer = changer(request)
    if not Estimate.objects.all().visible_to(viewer).filter(pk=key).exists():
        raise NotFound(_("There is no such estimate."), _("Look at the page of the scenario."))
    return estimate_answer(estimate_actions.withdraw(viewer, key, body.reason, request.now))


@endpoint(router, "POST", "/risk/scenarios/{key}/effects", Scope.RISK, EffectAnswer, status=201)
def give_effect(request: Request, key: Key, body: GiveEffect) -> Any:
    """Say that a safeguard in place holds a scenario down."""
    viewer = changer(request)
    return effect_actions.add_effect(viewer, find_scenario(key, viewer).pk, body.draft(), request.now)


@endpoint(router, "PUT", "/risk/effects/{key}", Scope.RISK, EffectAnswer)
def change_effect(request: Request, key: Key, body: ChangeEffect) -> Any:
    """Change what a safeguard is said to do."""
    viewer = changer(request)
    row = _find_effect(key, viewer)
    seen = seen_entry(row) if body.seen is None else body.seen
    return effect_actions.change_effect(viewer, key, body.draft(), seen)


@endpoint(router, "POST", "/risk/effects/{key}/end", Scope.RISK, EffectAnswer)
def end_effect(request: Request, key: Key, body: EndEffect) -> Any:
    """Say that a safeguard holds a scenario down no longer."""
    viewer = changer(request)
    row = _find_effect(key, viewer)
    return effect_actions.end_effect(viewer, row.pk, body.reason, request.now, known=body.known)


def _find_effect(key: str, viewer: Viewer) -> Effect:
    found: Effect | None = Effect.objects.all().visible_to(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such safeguard here."), _("Look at the page of the scenario."))
    return found


def estimate_answer(row: Estimate) -> dict[str, Any]:
    names = ("what", "kind", "numbers", "reason", "source", "confidence", "made_at", "ended_at")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}, "author": row.author_id}
