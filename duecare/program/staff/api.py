"""The staff for programs: the list as its page has it, and one of them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from ninja import Router

from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.program.staff import queries
from duecare.program.staff.views import AREA, find_member, listing
from duecare.program.task_queries import today_at
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Key, Moment

router = Router(tags=["Staff"])
_LISTING = listing(date.min)


class StaffMemberAnswer(Answer):
    """Somebody whom a list of people names. It lets nobody sign in."""

    id: str
    name: str
    email: str
    number: str
    department: str
    work: str
    outside: bool | None
    manager: str
    """Key of their manager; empty if no list tells."""
    starts_on: date | None
    leaves_on: date | None
    state: Literal["here", "still to come", "asked after", "left", "no person"]
    source: str
    gone_at: Moment | None
    answer: str
    answer_words: str
    answered_by: str
    answered_at: Moment | None


@endpoint(router, "GET", "/staff", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_staff(request: Request) -> Any:
    """Who works here as the lists tell it."""
    viewer = demand_area(request, AREA)
    return list_rows(request, listing(today_at(request.view_now)), queries.rows(viewer))


@endpoint(router, "GET", "/staff/{key}", Scope.READ, StaffMemberAnswer)
def one_staff_member(request: Request, key: Key) -> Any:
    """One of the staff."""
    return _told(request, key)


def _told(request: Request, key: str) -> dict[str, Any]:
    row = find_member(key, demand_area(request, AREA))
    told = {name: getattr(row, name) for name in StaffMemberAnswer.model_fields if hasattr(row, name)}
    state = queries.state_of(row, today_at(request.view_now))
    return {**told, "source": row.source.name, "state": state.value}
