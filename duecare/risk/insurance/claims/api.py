"""Insurance claims for programs."""

from __future__ import annotations

from typing import Any, Literal

from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.claims import actions as claims
from duecare.risk.insurance.claims import queries as claim_queries
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.doors import keeper
from duecare.risk.insurance.routing import router, seen_or_newest
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Words

CLAIMS = claim_queries.listing()


class ClaimAnswer(Answer):
    """One claim."""

    id: str
    policy: str
    part: str
    title: str
    about: str
    number: str
    known_at: Moment
    noticed_at: Moment | None
    noticed_how: str
    claimed: int | None
    paid: int | None
    state: str
    words: str
    late: bool
    """Whether a notice period of the policy has ended before the insurer was told."""
    seen: int


class MakeClaim(Body):
    """What a claim says. Times are written as 2026-03-01T14:30:00Z."""

    title: Line
    known_at: str
    part: Key | Literal[""] = ""
    about: Line = ""
    number: Line = ""
    noticed_at: str | None = None
    noticed_how: Words = ""
    claimed: int | None = None
    paid: int | None = None
    state: Literal["to do", "notice given", "accepted", "refused", "paid", "closed"] = "to do"
    words: Words = ""

    def draft(self) -> claims.Draft:
        values = {name: getattr(self, name) for name in claims.Draft.__slots__}
        for name in ("known_at", "noticed_at"):
            values[name] = None if values[name] is None else claims.read_moment(values[name], name)
        return claims.Draft(**values)


class ChangeClaim(MakeClaim):
    """How it stands, whole."""

    seen: int | None = None


def _claim(row: Claim, request: Request) -> dict[str, Any]:
    own = ("id", "policy", "late", "seen")
    return {
        **{name: getattr(row, name) for name in ClaimAnswer.model_fields if name not in own},
        "id": row.pk,
        "policy": row.policy_id,
        "late": any(one.late for one in claim_queries.timely_of(row, request.view_now)),
        "seen": seen_entry(row),
    }


@endpoint(router, "GET", "/risk/insurance/claims", Scope.READ, rows_of(CLAIMS), listing=CLAIMS)
def list_insurance_claims(request: Request) -> Any:
    """Insurance claims, the newest first."""
    rows = Claim.objects.all().visible_to(demand_area(request, ROOM)).select_related("policy")
    return list_rows(request, CLAIMS, rows)


@endpoint(router, "POST", "/risk/insurance/policies/{key}/claims", Scope.RISK, ClaimAnswer, status=201)
def make_insurance_claim(request: Request, key: Key, body: MakeClaim) -> Any:
    """Write a claim under an insurance policy down. The insurer is told nothing by it."""
    return _claim(claims.add_claim(keeper(request), key, body.draft(), request.now), request)


@endpoint(router, "GET", "/risk/insurance/claims/{key}", Scope.READ, ClaimAnswer)
def one_insurance_claim(request: Request, key: Key) -> Any:
    """One insurance claim."""
    return _claim(claim_queries.find_claim(key, demand_area(request, ROOM)), request)


@endpoint(router, "PUT", "/risk/insurance/claims/{key}", Scope.RISK, ClaimAnswer)
def change_insurance_claim(request: Request, key: Key, body: ChangeClaim) -> Any:
    """Say how an insurance claim stands."""
    viewer = keeper(request)
    row = claim_queries.find_claim(key, viewer)
    seen = seen_or_newest(row, body.seen)
    return _claim(claims.change_claim(viewer, key, body.draft(), seen, request.now), request)
