"""The register for programs: terms, scenarios, estimates, and the safeguards that hold a scenario down.

Money is whole minor units of the register's currency, rates are millionths of an event a year, shares are
thousandths, in and out; only the list tells them as its page does.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from duecare.errors import NotFound
from duecare.ledger.viewers import Request, Scope, Viewer, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.money import digits, from_units
from duecare.risk.register import actions, effect_actions, estimate_actions, terms_actions
from duecare.risk.register.believing import MOST_LISTED, Belief
from duecare.risk.register.doors import changer
from duecare.risk.register.figures import figures
from duecare.risk.register.lists import rows, scenarios_listing
from duecare.risk.register.models import Effect, Estimate, RiskTerms, Scenario
from duecare.risk.register.queries import find_scenario, terms
from duecare.risk.register.queries import rows_of as portfolio_rows
from duecare.risk.register.reviewing import condition_of, stale_before
from duecare.risk.register.telling import effects_of
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reason, Words

router = Router(tags=["Risk"])
LISTING = scenarios_listing(None, None)
Amount = Annotated[int, Field(ge=0, lt=2**53)]
Share = Annotated[int, Field(ge=0, le=1000)]
"""Thousandths."""


# ── Terms ────────────────────────────────────────────────────────────────────────────────────────────────


class RiskTermsAnswer(Answer):
    """In what terms the organisation speaks of risk."""

    currency: str
    turnover: int | None
    tolerance: int | None
    horizon: int
    legal_tests: bool
    matter: str | None
    """The matter that holds the tests of law, to its members; null to all others, and if there is none."""


class SetRiskTerms(Body):
    """The terms, whole. `legal_tests` and `matter` are for owners; left out, they stay."""

    currency: Line
    turnover: Amount | None = None
    tolerance: Amount | None = None
    horizon: int = 3
    legal_tests: bool | None = None
    matter: Line = ""
    """Key of a matter, or `none`: they are shown to all who read risk."""
    seen: int | None = None

    def draft(self) -> terms_actions.TermsDraft:
        law = None if self.legal_tests is None else terms_actions.Law(self.legal_tests, self.matter)
        return terms_actions.TermsDraft(self.currency, self.turnover, self.tolerance, self.horizon, law)


@endpoint(router, "GET", "/risk/terms", Scope.READ, RiskTermsAnswer)
def the_risk_terms(request: Request) -> Any:
    """The terms of risk."""
    viewer = demand_area(request, ROOM)
    found = terms(viewer)
    if found is None:
        raise NotFound(_("The terms of risk are not set yet."), _("Set the currency first."))
    return _terms(found, viewer)


@endpoint(router, "PUT", "/risk/terms", Scope.RISK, RiskTermsAnswer)
def set_the_risk_terms(request: Request, body: SetRiskTerms) -> Any:
    """Set the terms of risk, or change them."""
    viewer = changer(request)
    found = terms(viewer)
    seen = body.seen if body.seen is not None or found is None else seen_entry(found)
    return _terms(terms_actions.set_terms(viewer, body.draft(), -1 if seen is None else seen), viewer)


def _terms(row: RiskTerms, viewer: Viewer) -> dict[str, Any]:
    names = ("currency", "turnover", "tolerance", "horizon", "legal_tests")
    matter = row.matter if row.matter in viewer.matters else None
    return {**{name: getattr(row, name) for name in names}, "matter": matter}


# ── Scenarios ────────────────────────────────────────────────────────────────────────────────────────────


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


class RiskFigure(Answer):
    """What one side of it costs in a year, today, in minor units."""

    side: str
    """`own` or `others`."""
    expected: int
    one_in_twenty: int
    """The loss that one year in twenty exceeds."""
    one_in_hundred: int
    expected_inherent: int
    """With none of its safeguards."""
    drawn: bool
    """Whether it was drawn by chance because an exact curve could not be certified."""


class ScenarioAnswer(Answer):
    """One scenario with what people believe of it."""

    id: str
    number: int
    title: str
    who: str
    does: str
    to: str
    harm: str
    things: list[str]
    library: str
    owner: str | None
    state: str
    made_by: str
    made_at: Moment
    reviewed_by: str
    reviewed_at: Moment | None
    ended_by: str
    ended_at: Moment | None
    ended_because: str
    currency: str | None
    estimates: list[EstimateAnswer]
    """Those that stand, in the order in which they were given."""
    effects: list[EffectAnswer]
    figures: list[RiskFigure]
    why_no_figures: str


class AddScenario(Body):
    """What a scenario says."""

    title: Line
    who: Words
    does: Words
    to: Words
    harm: Words
    things: list[Line] = []
    """Typed references such as `systems.host:k3...`."""
    owner: Line = ""
    """Key of a person."""
    library: Line = ""
    """Id of the scenario that ships from which it is made."""

    def draft(self) -> actions.Draft:
        return actions.Draft(
            self.title, self.who, self.does, self.to, self.harm, tuple(self.things), self.owner, self.library
        )


class ChangeScenario(AddScenario):
    """What a scenario says from now on, whole; `library` stays."""

    seen: int | None = None
    """Index of the newest entry about it that you know; a newer one refuses the change."""


class GiveEstimate(Body):
    """What you believe of one thing of a scenario."""

    what: Line
    """`rate`, or a loss: response, replacement, productivity, liability, fines, reputation; others."""
    kind: Line
    """`range` (low and high of nine cases in ten), `pert` (least, likely, most), `history` (of rates: events,
    millionths of years) or `data` (losses that happened)."""
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


@endpoint(router, "GET", "/risk/scenarios", Scope.READ, rows_of(LISTING), listing=LISTING)
def list_scenarios(request: Request) -> Any:
    """Scenarios by number; amounts in whole units of the register's currency."""
    viewer = demand_area(request, ROOM)
    return list_rows(request, scenarios_listing(viewer, request.view_now), rows(viewer))


@endpoint(router, "POST", "/risk/scenarios", Scope.RISK, ScenarioAnswer, status=201)
def add_scenario(request: Request, body: AddScenario) -> Any:
    """Put a scenario into the register."""
    viewer = changer(request)
    return _told(actions.add_scenario(viewer, body.draft(), request.now), request)


@endpoint(router, "GET", "/risk/scenarios/{key}", Scope.READ, ScenarioAnswer)
def one_scenario(request: Request, key: Key) -> Any:
    """One scenario with its estimates, safeguards and figures."""
    return _told(find_scenario(key, demand_area(request, ROOM)), request)


@endpoint(router, "PUT", "/risk/scenarios/{key}", Scope.RISK, ScenarioAnswer)
def change_scenario(request: Request, key: Key, body: ChangeScenario) -> Any:
    """Change what a scenario says."""
    viewer = changer(request)
    row = find_scenario(key, viewer)
    seen = seen_entry(row) if body.seen is None else body.seen
    return _told(actions.change_scenario(viewer, key, body.draft(), seen, request.now), request)


@endpoint(router, "POST", "/risk/scenarios/{key}/review", Scope.RISK, ScenarioAnswer)
def review_scenario(request: Request, key: Key) -> Any:
    """Say that a scenario stands as written."""
    viewer = changer(request)
    return _told(actions.review_scenario(viewer, find_scenario(key, viewer).pk, request.now), request)


@endpoint(router, "POST", "/risk/scenarios/{key}/end", Scope.RISK, ScenarioAnswer)
def end_scenario(request: Request, key: Key, body: Reason) -> Any:
    """End a scenario."""
    viewer = changer(request)
    row = find_scenario(key, viewer)
    return _told(actions.end_scenario(viewer, row.pk, body.reason, request.now), request)


@endpoint(router, "POST", "/risk/scenarios/{key}/estimates", Scope.RISK, EstimateAnswer, status=201)
def give_estimate(request: Request, key: Key, body: GiveEstimate) -> Any:
    """Estimate one thing of a scenario."""
    viewer = changer(request)
    said = estimate_actions.Estimated(
        Belief(body.what, body.kind, tuple(body.numbers)),
        body.reason,
        body.confidence,
        body.source,
        body.confirmed,
    )
    return _estimate(estimate_actions.estimate(viewer, find_scenario(key, viewer).pk, said, request.now))


@endpoint(router, "POST", "/risk/estimates/{key}/withdraw", Scope.RISK, EstimateAnswer)
def withdraw_estimate(request: Request, key: Key, body: Reason) -> Any:
    """Withdraw an estimate."""
    viewer = changer(request)
    if not Estimate.objects.all().visible_to(viewer).filter(pk=key).exists():
        raise NotFound(_("There is no such estimate."), _("Look at the page of the scenario."))
    return _estimate(estimate_actions.withdraw(viewer, key, body.reason, request.now))


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


def _estimate(row: Estimate) -> dict[str, Any]:
    names = ("what", "kind", "numbers", "reason", "source", "confidence", "made_at", "ended_at")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}, "author": row.author_id}


def _told(row: Scenario, request: Request) -> dict[str, Any]:
    viewer = request.viewer
    found = terms(viewer)
    standing = Estimate.objects.all().visible_to(viewer).filter(scenario=row, ended_at=None)
    estimates = [_estimate(one) for one in standing.order_by("made_at", "id")]
    names = (
        "number", "title", "who", "does", "to", "harm", "things", "library", "made_by", "made_at",
        "reviewed_by", "reviewed_at", "ended_by", "ended_at", "ended_because",
    )  # fmt: skip
    told: list[Any] = []
    why = ""
    if found is not None:
        told, why = figures(portfolio_rows([row], viewer), digits(found.currency))
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "owner": row.owner_id,
        "state": condition_of(row, [one["what"] for one in estimates], stale_before(request.view_now)).value,
        "currency": found.currency if found else None,
        "estimates": estimates,
        "effects": effects_of(row, viewer),
        "figures": [
            {
                "side": one.side,
                "expected": from_units(one.mean, found.currency),
                "one_in_twenty": from_units(one.bad, found.currency),
                "one_in_hundred": from_units(one.worst, found.currency),
                "expected_inherent": from_units(one.inherent, found.currency),
                "drawn": one.drawn,
            }
            for one in told
            if found is not None
        ],
        "why_no_figures": why,
    }
