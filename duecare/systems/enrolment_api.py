"""Enrolling hosts for programs: who is expected or waits, a token for another. Approving is a person's."""

from __future__ import annotations

from typing import Any

from ninja import Router

from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.systems import enrolment_actions, enrolment_views
from duecare.systems.envelopes import fingerprint_of
from duecare.systems.fleet_models import Enrolment
from duecare.systems.views import AREA, changer, find_host
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reason

router = Router(tags=["Systems"])


class EnrolmentAnswer(Answer):
    """One enrolment: what was expected, what answered, what was decided."""

    id: str
    name: str
    state: str
    offered_at: Moment
    expires_at: Moment
    fingerprint: str
    """Of the key that was shown; empty until a computer answered."""
    told_name: str
    address: str
    answered_at: Moment | None
    compared: bool | None
    decided_at: Moment | None
    decided_because: str
    host: str | None
    """Whose the key became."""


class Offered(Answer):
    """A computer that is expected."""

    enrolment: EnrolmentAnswer
    token: str
    """Told this once."""


class Expect(Body):
    """A computer that is to be enrolled."""

    name: Line


class KeyEnded(Answer):
    """A host whose key counts no more."""

    host: str
    ended_at: Moment


def _told(found: Enrolment) -> dict[str, Any]:
    names = EnrolmentAnswer.model_fields.keys() - {"fingerprint", "host"}
    told = {name: getattr(found, name) for name in names}
    return {**told, "fingerprint": fingerprint_of(found.public_key), "host": found.host_id}


@endpoint(
    router,
    "GET",
    "/enrolments",
    Scope.READ,
    rows_of(enrolment_views.ENROLMENTS),
    listing=enrolment_views.ENROLMENTS,
)
def list_enrolments(request: Request) -> Any:
    """The computers that are expected, wait for a decision, or were decided on."""
    return list_rows(request, enrolment_views.ENROLMENTS, enrolment_views.rows(demand_area(request, AREA)))


@endpoint(router, "GET", "/enrolments/{key}", Scope.READ, EnrolmentAnswer)
def one_enrolment(request: Request, key: Key) -> Any:
    """One enrolment."""
    return _told(enrolment_views.find_enrolment(key, demand_area(request, AREA)))


@endpoint(router, "POST", "/enrolments", Scope.SYSTEMS, Offered, status=201)
def expect_a_computer(request: Request, body: Expect) -> Any:
    """Make a token by which one computer can show a key, within an hour. A person approves the key."""
    made, token = enrolment_actions.offer(changer(request).actor, body.name, request.now)
    return {"enrolment": _told(made), "token": token}


@endpoint(router, "POST", "/enrolments/{key}/withdraw", Scope.SYSTEMS, EnrolmentAnswer)
def withdraw_a_token(request: Request, key: Key) -> Any:
    """End a token before a computer has answered."""
    viewer = changer(request)
    enrolment_actions.withdraw(enrolment_views.find_enrolment(key, viewer), viewer.actor, request.now)
    return _told(enrolment_views.find_enrolment(key, viewer))


@endpoint(router, "POST", "/hosts/{key}/end-key", Scope.SYSTEMS, KeyEnded)
def end_a_key(request: Request, key: Key, body: Reason) -> Any:
    """Let a host's key count no more, for a reason."""
    viewer = changer(request)
    found, now = find_host(key, viewer), request.now
    enrolment_actions.end_key(found, viewer.actor, now, body.reason)
    return {"host": found.pk, "ended_at": now}
