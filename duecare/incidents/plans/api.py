"""The plan and its contacts for programs, to read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ninja import Router

from duecare.incidents.plans import contact_queries, telling
from duecare.incidents.plans.contact_queries import listing, rows, since
from duecare.incidents.plans.doors import reader
from duecare.incidents.plans.queries import find_plan
from duecare.incidents.plans.stored import stored
from duecare.incidents.plans.views import VERSIONS, content_of
from duecare.ledger.viewers import Request, Scope
from duecare.program.unchanged import seen_entry
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Key, Moment

router = Router(tags=["Incidents"])
_LISTING = listing(datetime.max.replace(tzinfo=UTC))


class PlanRole(Answer):
    """A role; person and deputy are keys of people, or empty."""

    id: str
    name: str
    duties: str
    person: str
    deputy: str


class PlanSeverity(Answer):
    """A step of the scale, the gravest first."""

    id: str
    name: str
    means: str
    hours: int
    """Until somebody is at work on it."""


class PlanStep(Answer):
    """A step of a playbook."""

    id: str
    phase: str
    role: str
    what: str
    minutes: int
    """From the opening of a case; 0 for no limit of its own."""


class PlanPlaybook(Answer):
    """A playbook."""

    id: str
    name: str
    signs: str
    never: list[str]
    steps: list[PlanStep]


class PlanAnswer(Answer):
    """The plan as it stands; what ships, where nobody has made one."""

    ours: bool
    """Whether there is a plan here; false for what ships."""
    entry: int | None
    """Index of the newest entry of the live plan, whatever day is viewed."""
    state: str
    """`draft`, `asked` if it was changed since it was approved, or `approved`."""
    approved_entry: int | None
    approved_by: str
    approved_at: Moment | None
    reviewed_at: Moment | None
    scope: str
    meeting: str
    roles: list[PlanRole]
    severities: list[PlanSeverity]
    playbooks: list[PlanPlaybook]
    words: str


class PlanVersion(Answer):
    """A version of the plan."""

    entry: int
    at: Moment
    who: str
    changed: str
    """What is not as in the version before, in words."""
    approved: str
    """Who approved it; empty for nobody."""


class PlanContactAnswer(Answer):
    """Somebody to call."""

    id: str
    name: str
    organisation: str
    person: str
    """Key of the person here that it is; empty for others."""
    kind: str
    what_for: str
    phone: str
    other: str
    hours: str
    state: str
    confirmed_at: Moment | None
    confirmed_by: str
    ended_at: Moment | None
    ended_why: str


@endpoint(router, "GET", "/incident-plan", Scope.READ, PlanAnswer)
def the_plan(request: Request) -> Any:
    """The incident plan, with how it stands."""
    viewer = reader(request)
    row = find_plan(viewer)
    standing = telling.standing_of(viewer)
    found = standing.approval.approval if standing.approval else None
    fields = stored(content_of(row))
    return {
        **fields,
        "playbooks": [{"id": id, **one} for id, one in fields["playbooks"].items()],
        "ours": row is not None,
        "entry": seen_entry(row) if row else None,
        "state": standing.state,
        "approved_entry": found.entry if found else None,
        "approved_by": standing.approval.by if standing.approval else "",
        "approved_at": found.at if found else None,
        "reviewed_at": standing.looked_at,
    }


@endpoint(router, "GET", "/incident-plan/versions", Scope.READ, list[PlanVersion])
def plan_versions(request: Request) -> Any:
    """The newest 50 versions of the plan, the newest first."""
    return [asdict(one) for one in telling.editions(reader(request), VERSIONS)]


@endpoint(router, "GET", "/incident-contacts", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_contacts(request: Request) -> Any:
    """Whom one calls in an incident."""
    return list_rows(request, listing(since(request.view_now)), rows(reader(request)))


@endpoint(router, "GET", "/incident-contacts/{key}", Scope.READ, PlanContactAnswer)
def one_contact(request: Request, key: Key) -> Any:
    """One contact."""
    row = contact_queries.find_contact(key, reader(request))
    names = set(PlanContactAnswer.model_fields) - {"person", "state"}
    told = {name: getattr(row, name) for name in names}
    state = contact_queries.state_of(row, since(request.view_now))
    return {**told, "person": row.person_id or "", "state": state}
