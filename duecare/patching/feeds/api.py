"""Feeds of advisories for programs: where they come from, how fresh they are, and what each brought."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import NotFound
from duecare.ledger import blobs
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.patching.feeds.models import FeedSnapshot
from duecare.patching.feeds.sources import sources
from duecare.patching.feeds.updates import UPDATES, updates_seen
from duecare.patching.feeds.views import AREA, LISTED, Row, rows
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Key, Moment
from duecare.words import unpacked

router = Router(tags=["Patching"])


class FeedAnswer(Answer):
    """Where advisories come from."""

    id: str
    name: str
    what: str
    address: str
    """Empty for what is only brought by hand."""
    licence: str
    daily: bool
    """Whether it is fetched each day."""
    state: str
    """`met` for fresh, `expired` for stale, `unknown`, or `ended` for off."""
    freshness: str
    """The same in words."""
    confirmed_at: Moment | None
    """When its source last said what is newest."""
    update: str | None
    """Key of the update that counts."""
    count: int | None
    """Records that are known from it."""
    faults: int | None
    """Pieces of it that could not be read."""
    waiting: bool
    """Whether an update waits for a decision."""
    fault: str
    """Why it could not be fetched last; empty if it could."""


class Fault(Answer):
    """Something that could not be read."""

    place: str
    reason: str


class FeedUpdate(Answer):
    """What a feed brought at one time."""

    id: str
    feed: str
    fetched_at: Moment
    confirmed_at: Moment
    address: str
    verified: str
    by_hand: bool
    file: str
    """SHA-256 of the file, 64 hex."""
    size: int
    format: str
    count: int
    newest: Moment | None
    faults: int
    unread: list[Fault]
    """The first fifty of them."""
    was_known: int
    withdrawn: int
    narrowed: int
    state: str
    decided_at: Moment | None
    decided_because: str
    decided_by: str


def _feed(row: Row) -> dict[str, Any]:
    source = sources().get(row.id)
    return {
        "id": row.id,
        "name": row.name,
        "what": row.what,
        "address": source.address if source else "",
        "licence": str(source.licence) if source else "",
        "daily": row.daily,
        "state": row.state,
        "freshness": row.words,
        "confirmed_at": row.confirmed_at,
        "update": row.current and row.current.pk,
        "count": row.count,
        "faults": row.faults,
        "waiting": row.waiting,
        "fault": row.fault,
    }


@endpoint(router, "GET", "/advisory-feeds", Scope.READ, list[FeedAnswer])
def list_feeds(request: Request) -> Any:
    """All feeds that ship, and after them what was brought by hand."""
    viewer = demand_area(request, AREA)
    return [_feed(row) for row in rows(viewer, request.view_now)]


@endpoint(router, "GET", "/advisory-feeds/{id}", Scope.READ, FeedAnswer)
def one_feed(request: Request, id: str) -> Any:
    """One feed."""
    viewer = demand_area(request, AREA)
    row = next((one for one in rows(viewer, request.view_now) if one.id == id), None)
    if row is None:
        raise NotFound(_("There is no such feed."), _("Look in the list of feeds."))
    return _feed(row)


@endpoint(router, "GET", "/feed-updates", Scope.READ, rows_of(UPDATES), listing=UPDATES)
def list_feed_updates(request: Request) -> Any:
    """What feeds brought, newest first."""
    return list_rows(request, UPDATES, updates_seen(demand_area(request, AREA)))


@endpoint(router, "GET", "/feed-updates/{key}", Scope.READ, FeedUpdate)
def one_feed_update(request: Request, key: Key) -> Any:
    """What a feed brought at one time, what it takes away, and what of it could not be read."""
    found: FeedSnapshot | None = updates_seen(demand_area(request, AREA)).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such update."), _("Look in the list of feeds."))
    unread = json.loads(blobs.fetch(found.fault_list)) if found.fault_list else []
    own = {name: getattr(found, name) for name in FeedUpdate.model_fields if name not in ("feed", "unread")}
    return {
        **own,
        "feed": found.feed.feed,
        "unread": [
            {"place": str(place), "reason": unpacked(reason)} for place, reason, *_of in unread[:LISTED]
        ],
    }
