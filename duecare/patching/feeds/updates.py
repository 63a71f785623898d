"""The list of what feeds brought, across all of them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.patching.feeds.models import FeedSnapshot, State
from duecare.patching.feeds.sources import sources
from duecare.patching.feeds.views import AREA
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show


def _address(row: FeedSnapshot) -> str:
    return reverse("feed-update", args=[row.feed.feed, row.pk])


def _name(row: FeedSnapshot) -> str:
    """What people call its feed: what was brought by hand has no other name than its id."""
    shipped = sources().get(row.feed.feed)
    return str(shipped.name) if shipped else row.feed.feed


def _by_hand(row: FeedSnapshot) -> str | None:
    return "yes" if row.by_hand else None


UPDATES: Listing[FeedSnapshot] = Listing(
    name="feed-updates",
    caption=_("What feeds brought"),
    columns=(
        Column("fetched", _("Fetched"), lambda row: row.fetched_at, Kind.DATE, _address, "fetched_at"),
        Column(
            "feed",
            _("Feed"),
            _name,
            link=lambda row: reverse("advisory-feed", args=[row.feed.feed]),
            order="feed__feed",
            export=lambda row: row.feed.feed,
        ),
        Column(
            "state",
            _("State"),
            lambda row: State(row.state).label,
            export=lambda row: row.state,
        ),
        Column("confirmed", _("Confirmed by its source"), lambda row: row.confirmed_at, Kind.DATE),
        Column("count", _("Records"), lambda row: row.count, Kind.NUMBER),
        Column("faults", _("Not read"), lambda row: row.faults, Kind.NUMBER),
        Column("lost", _("Takes away"), lambda row: row.lost, Kind.NUMBER),
        Column("by_hand", _("By hand"), lambda row: gettext("yes") if row.by_hand else None, export=_by_hand),
    ),
    sort=("-fetched_at",),
    filters=(
        Filter("feed", _("Feed"), "feed__feed__icontains", FilterKind.TEXT),
        Filter("state", _("State"), "state", choices=tuple(State.choices)),
        Filter("since", _("Fetched since"), "fetched_at", FilterKind.SINCE),
        Filter("until", _("Fetched until"), "fetched_at", FilterKind.UNTIL),
    ),
    empty=Empty(
        _("No feed brought anything yet"),
        _("Switch on the feeds of what you run, or take files in by hand."),
    ),
)


def updates_seen(viewer: Viewer) -> QuerySet[FeedSnapshot]:
    """What feeds brought, with the feed."""
    found: QuerySet[FeedSnapshot] = FeedSnapshot.objects.all().visible_to(viewer).select_related("feed")
    return found


@require_safe
def updates(request: Request) -> HttpResponseBase:
    """Every update of every feed, newest first."""
    viewer = demand_area(request, AREA)
    return show(request, UPDATES, updates_seen(viewer), template="patching/feed_updates.html")
