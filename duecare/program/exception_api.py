"""Exceptions for programs: which there are, asking for one, withdrawing one. Approving takes a person."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router

from duecare.ledger.viewers import Request, Scope, demand_reader
from duecare.program import exception_views
from duecare.program.approval_queries import Shown, decisions_about
from duecare.program.exception_actions import Draft, ask_for_exception, withdraw_exception
from duecare.program.exception_queries import (
    condition_of,
    find_exception,
    listing,
    reference,
    rows,
)
from duecare.program.task_queries import today_at
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Moment, Reason, Reference, Words

router = Router(tags=["Exceptions"])
_LISTING = listing(date.min)


class Decision(Answer):
    """What an approver said, and how far that can be shown."""

    decided: str
    words: str
    by: str
    at: Moment
    entry: int | None
    """Index of its entry."""
    alone: bool
    """Whether who asked also decided."""
    signed: bool
    """Whether it carries the person's own signature; else the server asserts it."""
    current: bool
    """Whether it is about the record as it stands."""
    fault: str
    """Why its signature does not hold; empty if it does, or if there is none."""


class ExceptionAnswer(Answer):
    """One exception."""

    id: str
    state: str
    safeguard: str
    about: str
    """Reference to the finding that it covers; empty for the safeguard as a whole."""
    reason: str
    measure: str
    expires: date
    asked_by: str
    asked_at: Moment
    ended_at: Moment | None
    ended_because: str
    decisions: list[Decision]


class AskForException(Body):
    """A departure from a safeguard, or one that covers a finding."""

    about: Reference
    """`program.safeguard:<id>` or `program.finding:<key>`."""
    reason: Words
    measure: Words
    """What is done instead."""
    expires: Day


def _told(request: Request, key: str) -> dict[str, Any]:
    viewer = request.viewer
    row = find_exception(key, viewer)
    shown: list[Shown] = decisions_about([reference(key)], viewer).get(reference(key), [])
    fields = ("safeguard", "about", "reason", "measure", "expires", "asked_by", "asked_at", "ended_at")
    return {
        "id": row.pk,
        "state": condition_of(row, today_at(request.view_now)).value,
        **{name: getattr(row, name) for name in (*fields, "ended_because")},
        "decisions": [
            {
                "decided": one.approval.decided,
                "words": one.approval.words,
                "by": one.by,
                "at": one.approval.at,
                "entry": one.entry,
                "alone": one.approval.alone,
                "signed": one.signed,
                "current": one.current,
                "fault": one.fault,
            }
            for one in shown
        ],
    }


@endpoint(router, "GET", "/exceptions", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_exceptions(request: Request) -> Any:
    """Exceptions, newest first."""
    viewer = demand_reader(request)
    return list_rows(request, listing(today_at(request.view_now)), rows(viewer))


@endpoint(router, "POST", "/exceptions", Scope.EXCEPTIONS, ExceptionAnswer, status=201)
def ask_for_one_exception(request: Request, body: AskForException) -> Any:
    """Ask for an exception; it holds once an owner or an approver has approved it on a page."""
    viewer = exception_views.changer(request)
    safeguard, finding = exception_views.about_of(body.about, viewer)
    draft = Draft(safeguard, body.reason, body.measure, body.expires, finding.pk if finding else "")
    return _told(request, ask_for_exception(viewer.actor, draft, request.now).pk)


@endpoint(router, "GET", "/exceptions/{key}", Scope.READ, ExceptionAnswer)
def one_exception(request: Request, key: Key) -> Any:
    """One exception, with what was decided about it."""
    demand_reader(request)
    return _told(request, key)


@endpoint(router, "POST", "/exceptions/{key}/withdraw", Scope.EXCEPTIONS, ExceptionAnswer)
def withdraw_one_exception(request: Request, key: Key, body: Reason) -> Any:
    """End an exception before its day."""
    viewer = exception_views.changer(request)
    find_exception(key, viewer)
    withdraw_exception(viewer.actor, key, body.reason, request.now)
    return _told(request, key)
