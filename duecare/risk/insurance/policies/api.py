"""Insurance policies for programs, with what they would pay.

All money is whole minor units of the policy's currency; figures of a year's loss are in whole units, as the
curve file beside them is.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.utils import timezone

from duecare.errors import Refused
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.doors import keeper
from duecare.risk.insurance.policies import actions as policies
from duecare.risk.insurance.policies import ceded
from duecare.risk.insurance.policies import queries as policy_queries
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.terms import Notice, Part
from duecare.risk.insurance.routing import NEWEST, router, seen_or_newest
from duecare.risk.money import digits
from duecare.risk.register.models import Scenario
from duecare.risk.register.queries import rows_of as rows_of_scenarios
from duecare.risk.register.queries import terms
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Reason, Words

POLICIES = policy_queries.listing(date.min)


class PartShape(Answer):
    """One part of a policy; money that it shares with the policy is null."""

    id: str
    kind: str
    retention: int | None
    limit: int | None
    aggregate: int | None
    waiting_hours: int | None
    forms: list[str]
    exclusions: str


class NoticeShape(Answer):
    """Within how long whom to tell how."""

    id: str
    recipient: str
    how: str
    trigger: str
    counted: str
    amount: int | None


class PolicyAnswer(Answer):
    """One policy."""

    id: str
    insurer: str
    number: str
    wording: str
    kind: str
    state: str
    period_from: date
    period_to: date
    currency: str
    premium: int
    retention: int
    limit: int | None
    aggregate: int | None
    exclusions: str
    conditions: str
    contact: str
    parts: list[PartShape]
    notices: list[NoticeShape]
    version: int
    ended_at: Moment | None
    ended_because: str
    seen: int


class MakePolicy(Body):
    """What a policy says as a whole."""

    insurer: Line
    number: Line
    kind: Literal["cyber", "crime", "liability", "directors", "property", "other"]
    period_from: Day
    period_to: Day
    premium: int
    retention: int
    limit: int | None = None
    aggregate: int | None = None
    wording: Line = ""
    exclusions: Words = ""
    conditions: Words = ""
    contact: Words = ""

    def draft(self) -> policies.Draft:
        return policies.Draft(**{name: getattr(self, name) for name in policies.Draft.__slots__})


class ChangePolicy(MakePolicy):
    """What it says from now on, whole."""

    seen: int | None = None


class MakePart(Body):
    """One part. Null money is shared with the policy."""

    kind: Line
    forms: list[Line] = []
    retention: int | None = None
    limit: int | None = None
    aggregate: int | None = None
    waiting_hours: int | None = None
    exclusions: Words = ""


class MakeNotice(Body):
    """One notice period."""

    recipient: Line
    how: Words
    trigger: Literal["awareness", "suspicion", "discovery"] = "awareness"
    counted: Literal["hours", "days", "undelayed"]
    amount: int | None = None


class YearLine(Answer):
    """A year in so many, in units of the currency."""

    years: int
    loss: float
    largest: float
    retained: float
    ceded: float
    enough: bool


class GroupFigures(Answer):
    """Parts under the same terms, with the curve file by which anybody computes the same."""

    parts: list[str]
    forms: list[str]
    why: str
    gross: float | None
    ceded: float | None
    retained: float | None
    lines: list[YearLine]
    beyond: float | None
    exact: bool
    document: dict[str, Any]


class PolicyFigures(Answer):
    """What a policy would pay of what the register expects."""

    currency: str
    groups: list[GroupFigures]
    lacking: list[str]
    """Scenarios with a covered loss of which nobody said how often they come."""


def _policy(row: InsurancePolicy, request: Request) -> dict[str, Any]:
    own = ("id", "state", "seen")
    return {
        **{name: getattr(row, name) for name in PolicyAnswer.model_fields if name not in own},
        "id": row.pk,
        "state": policy_queries.state_of(row, timezone.localdate(request.view_now)),
        "seen": seen_entry(row),
    }


@endpoint(router, "GET", "/risk/insurance/policies", Scope.READ, rows_of(POLICIES), listing=POLICIES)
def list_insurance_policies(request: Request) -> Any:
    """Insurance policies, the one that ends last first."""
    viewer = demand_area(request, ROOM)
    listing = policy_queries.listing(timezone.localdate(request.view_now))
    return list_rows(request, listing, InsurancePolicy.objects.all().visible_to(viewer))


@endpoint(router, "POST", "/risk/insurance/policies", Scope.RISK, PolicyAnswer, status=201)
def make_insurance_policy(request: Request, body: MakePolicy) -> Any:
    """Write an insurance policy down."""
    return _policy(policies.add_policy(keeper(request), body.draft(), request.now), request)


@endpoint(router, "GET", "/risk/insurance/policies/{key}", Scope.READ, PolicyAnswer)
def one_insurance_policy(request: Request, key: Key) -> Any:
    """One insurance policy."""
    return _policy(policy_queries.find_policy(key, demand_area(request, ROOM)), request)


@endpoint(router, "PUT", "/risk/insurance/policies/{key}", Scope.RISK, PolicyAnswer)
def change_insurance_policy(request: Request, key: Key, body: ChangePolicy) -> Any:
    """Say anew what an insurance policy says as a whole."""
    viewer = keeper(request)
    row = policy_queries.find_policy(key, viewer)
    return _policy(
        policies.change_policy(viewer, key, body.draft(), seen_or_newest(row, body.seen), request.now),
        request,
    )


@endpoint(router, "POST", "/risk/insurance/policies/{key}/parts", Scope.RISK, PolicyAnswer, status=201)
def add_insurance_part(request: Request, key: Key, body: MakePart) -> Any:
    """Add a part to an insurance policy."""
    viewer = keeper(request)
    policy_queries.find_policy(key, viewer)
    part = Part("", **{**body.model_dump(), "forms": tuple(body.forms)})
    return _policy(policies.put_part(viewer, key, part, NEWEST, request.now), request)


@endpoint(router, "DELETE", "/risk/insurance/policies/{key}/parts/{part}", Scope.RISK, PolicyAnswer)
def drop_insurance_part(request: Request, key: Key, part: Key) -> Any:
    """Take a part out of an insurance policy."""
    viewer = keeper(request)
    policy_queries.find_policy(key, viewer)
    return _policy(policies.drop_part(viewer, key, part, request.now), request)


@endpoint(router, "POST", "/risk/insurance/policies/{key}/notices", Scope.RISK, PolicyAnswer, status=201)
def add_insurance_notice(request: Request, key: Key, body: MakeNotice) -> Any:
    """Add a notice period to an insurance policy; it is a clock of incidents from then on."""
    viewer = keeper(request)
    policy_queries.find_policy(key, viewer)
    return _policy(
        policies.put_notice(viewer, key, Notice("", **body.model_dump()), NEWEST, request.now), request
    )


@endpoint(router, "DELETE", "/risk/insurance/policies/{key}/notices/{notice}", Scope.RISK, PolicyAnswer)
def drop_insurance_notice(request: Request, key: Key, notice: Key) -> Any:
    """Take a notice period out of an insurance policy; cases that run keep its clock."""
    viewer = keeper(request)
    policy_queries.find_policy(key, viewer)
    return _policy(policies.drop_notice(viewer, key, notice, request.now), request)


@endpoint(router, "POST", "/risk/insurance/policies/{key}/end", Scope.RISK, PolicyAnswer)
def end_insurance_policy(request: Request, key: Key, body: Reason) -> Any:
    """Say that an insurance policy holds no longer before its period is over."""
    viewer = keeper(request)
    policy_queries.find_policy(key, viewer)
    return _policy(policies.end_policy(viewer, key, body.reason, request.now), request)


@endpoint(router, "GET", "/risk/insurance/policies/{key}/figures", Scope.READ, PolicyFigures)
def figures_of_insurance_policy(request: Request, key: Key) -> Any:
    """What an insurance policy would pay and what it leaves, with the curve files that give the figures."""
    viewer = demand_area(request, ROOM)
    row = policy_queries.find_policy(key, viewer)
    kept = terms(viewer)
    if kept is None or kept.currency != row.currency:
        raise Refused("The register and the policy are in two currencies.", "Compare them by hand.")
    groups = policy_queries.groups_of(row)
    scenarios = Scenario.objects.all().visible_to(viewer).filter(ended_at=None).order_by("number")
    rows = rows_of_scenarios(scenarios, viewer)
    found = [ceded.figures(group, rows, digits(row.currency)) for group in groups]
    return {
        "currency": row.currency,
        "groups": [_group(one) for one in found],
        "lacking": ceded.lacking(groups, rows),
    }


def _group(one: ceded.Figures | ceded.Nothing) -> dict[str, Any]:
    told: dict[str, Any] = {
        "parts": [part.kind for part in one.group.parts],
        "forms": list(one.group.forms),
    }
    if isinstance(one, ceded.Nothing):
        nothing = dict.fromkeys(("gross", "ceded", "retained", "beyond"))
        return {**told, **nothing, "why": one.why, "lines": [], "exact": False, "document": {}}
    return {
        **told,
        "why": "",
        **{name: getattr(one, name) for name in ("gross", "ceded", "retained", "beyond", "exact")},
        "lines": list(one.lines),
        "document": dict(one.document),
    }
