"""The source of subjects called "feeds of advisories": every feed that is switched on, as recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.patching.feeds.checks import FEEDS
from duecare.patching.feeds.models import Feed, FeedSnapshot, State
from duecare.patching.feeds.queries import confirmed_at, current_of
from duecare.patching.feeds.sources import sources
from duecare.program.judgement import Facts, Grade
from duecare.program.subjects import (
    Subject,
    register_name,
    register_reference,
    register_source,
    register_visible,
)

FEED = "patching.source"
AREA = "patching"
NONE = "none"
"""Stands for all feeds where none is switched on."""


def feeds(now: datetime) -> Iterator[Subject]:
    """Every feed that is switched on, those that never came included."""
    on = list(Feed.objects.filter(daily=True).order_by("feed"))
    if not on:
        absent = {"feed": {"state": "absent", "problems": []}}
        yield Subject(f"{FEED}:{NONE}", _("all feeds"), Grade.OWN, Facts(now, now, absent))
    for feed in on:
        yield subject(feed, now)


def subject(feed: Feed, now: datetime) -> Subject:
    """A feed as checks see it at a moment."""
    confirmed = confirmed_at(feed)
    current = current_of(feed)
    waiting = feed.snapshots.filter(state=State.WAITING).order_by("-fetched_at", "-id").first()
    told: dict[str, Any] = {
        "state": "read",
        "problems": [],
        "fault": feed.fault,
        "confirmed_at": None if confirmed is None else confirmed.isoformat(),
        "by_hand": current is not None and current.by_hand,
        "waiting": None if waiting is None else _waiting(waiting),
    }
    return Subject(f"{FEED}:{feed.feed}", _name(feed.feed), Grade.OWN, Facts(now, now, {"feed": told}))


def _waiting(snapshot: FeedSnapshot) -> dict[str, object]:
    return {
        "day": snapshot.fetched_at.date().isoformat(),
        "lost": snapshot.withdrawn + snapshot.narrowed,
        "known": snapshot.was_known,
    }


def _name(id: str) -> str:
    return sources()[id].name if id in sources() else id


def _address(id: str) -> str:
    return reverse("feeds") if id == NONE else reverse("advisory-feed", args=[id])


register_source(FEEDS, feeds)
register_reference(FEED, _address)
register_visible(FEED, lambda id, viewer: viewer.reads and viewer.covers(AREA) and id in sources())
register_name(FEED, _name)
