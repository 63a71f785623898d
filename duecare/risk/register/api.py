"""The register for programs: terms and scenarios.

Money is whole minor units of the register's currency, rates are millionths of an event a year, shares are
thousandths, in and out; only the list tells them as its page does.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import NotFound
from duecare.ledger.viewers import Request, Scope, Viewer, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.money import digits, from_units
from duecare.risk.register import actions, terms_actions
from duecare.risk.register.doors import changer
from duecare.risk.register.estimate_api import Amount, EffectAnswer, EstimateAnswer, estimate_answer
from duecare.risk.register.figures import figures
from duecare.risk.register.lists import rows, scenarios_listing
from duecare.risk.register.models import Estimate, RiskTerms, Scenario
from duecare.risk.register.queries import find_scenario, terms
from duecare.risk.register.queries import rows_of as portfolio_rows
from duecare.risk.register.reviewing import condition_of, stale_before
from duecare.risk.register.telling import effects_of
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reason, Words

router = Router(tags=["Risk"])
LISTING = scenarios_listing(None, None)


# ── Terms ────────────────────────────────────────────────────────────────────────────────────────────────


class RiskTermsAnswer(Answer):
    """In what terms the organisation speaks of risk."""

    currency: str
    turnover: int | None
    tolerance: int | None
    """What a bad year, 1 in 20, may cost us, in minor units."""
    remedy: int | None
    """What it may cost others before it is harm that needs remedy."""
    programme: int | None
    """What the security programme costs in a year."""
    horizon: int
    legal_tests: bool
    matter: str | None
    """The matter that holds the tests of law, to its members; null to all others, and if there is none."""


class SetRiskTerms(Body):
    """The terms, whole. `legal_tests` and `matter` are for owners; left out, they stay."""

    currency: Line
    turnover: Amount | None = None
    tolerance: Amount | None = None
    remedy: Amount | None = None
    programme: Amount | None = None
    horizon: int = 3
    legal_tests: bool | None = None
    matter: Line = ""
    """Key of a matter, or `none`: they are shown to all who read risk."""
    seen: int | None = None

    def draft(self) -> terms_actions.TermsDraft:
        law = None if self.legal_tests is None else terms_actions.Law(self.legal_tests, self.matter)
        return terms_actions.TermsDraft(
            self.currency, self.turnover, self.tolerance, self.remedy, self.programme, self.horizon, law
        )


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
    names = ("currency", "turnover", "tolerance", "remedy", "programme", "horizon", "legal_tests")
    matter = row.matter if row.matter in viewer.matters else None
    return {**{name: getattr(row, name) for name in names}, "matter": matter}


# ── Scenarios ────────────────────────────────────────────────────────────────────────────────────────────


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


def _told(row: Scenario, request: Request) -> dict[str, Any]:
    viewer = request.viewer
    found = terms(viewer)
    standing = Estimate.objects.all().visible_to(viewer).filter(scenario=row, ended_at=None)
    estimates = [estimate_answer(one) for one in standing.order_by("made_at", "id")]
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
