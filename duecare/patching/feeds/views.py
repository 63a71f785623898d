"""Pages of feeds: where advisories come from, how fresh they are, and what waits for a decision."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import Max, Q
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.viewers import Request, Role, Viewer, demand_area
from duecare.patching.feeds import actions
from duecare.patching.feeds.choosing import choice, gaps
from duecare.patching.feeds.files import feeds_file
from duecare.patching.feeds.forms import ACCEPT, DecideForm
from duecare.patching.feeds.models import Feed, FeedDrop, FeedSnapshot, State
from duecare.patching.feeds.queries import STALE_AFTER, newest_taken
from duecare.patching.feeds.sources import FeedSource, find_feed, sources
from duecare.patching.software.models import Software
from duecare.program.queries import current_targets
from duecare.words import unpacked

AREA = "patching"
CHANGERS = (Role.OWNER, Role.MANAGER)
MOST_CHOSEN = 100
"""Feeds that are switched on at a time."""
LISTED = 50
"""Updates and faults that a page lists."""


@dataclass(frozen=True, slots=True)
class Row:
    """A feed as the list shows it."""

    id: str
    name: str
    what: str
    daily: bool
    current: FeedSnapshot | None
    confirmed_at: datetime | None
    fault: str
    waiting: bool
    dropped: bool
    state: str
    """A key of `words.STATUSES`."""
    words: str
    """What stands in for its word."""

    @property
    def count(self) -> int | None:
        """Records that are known from it; None for no snapshot."""
        return None if self.current is None else self.current.count

    @property
    def faults(self) -> int | None:
        """Pieces of it that could not be read."""
        return None if self.current is None else self.current.faults


def changer(request: Request) -> Viewer:
    """The viewer, if they may change feeds. Raises Refused for one who may only read, else NotFound."""
    viewer = demand_area(request, AREA)
    if not viewer.has(*CHANGERS):
        raise Refused(gettext("Only an owner or a manager changes feeds."), gettext("Ask one of them."))
    return viewer


def rows(viewer: Viewer, now: datetime) -> list[Row]:
    """All feeds that ship, and after them what was brought by hand."""
    fetched = Q(snapshots__by_hand=False, snapshots__state=State.TAKEN)
    seen = Feed.objects.all().visible_to(viewer)
    known = {one.feed: one for one in seen.annotate(confirmed=Max("snapshots__confirmed_at", filter=fetched))}
    snapshots = FeedSnapshot.objects.all().visible_to(viewer)
    current = {one.feed_id: one for one in newest_taken(snapshots)}
    waiting = set(snapshots.filter(state=State.WAITING).values_list("feed_id", flat=True))
    stale_after: int = current_targets()[STALE_AFTER].value
    off = set(
        FeedDrop.objects.all().visible_to(viewer).filter(taken_up_at=None).values_list("feed", flat=True)
    )
    shipped = sources()
    brought = sorted(id for id in known if id not in shipped)
    found = []
    for id in (*shipped, *brought):
        feed = known.get(id)
        newest = current.get(feed.pk) if feed else None
        confirmed: datetime | None = getattr(feed, "confirmed", None)
        daily = feed is not None and feed.daily
        dropped = feed is not None and feed.pk in off
        state, words = _standing(daily, newest, confirmed, now, stale_after)
        if dropped:
            state, words = "ended", gettext("Dropped")
        name, what = (shipped[id].name, str(shipped[id].what)) if id in shipped else (id, "")
        fault = feed.fault if feed else ""
        waits = feed is not None and feed.pk in waiting
        found.append(Row(id, name, what, daily, newest, confirmed, fault, waits, dropped, state, words))
    return found


def _standing(
    daily: bool, current: FeedSnapshot | None, confirmed: datetime | None, now: datetime, stale_after: int
) -> tuple[str, str]:
    """State and word: fresh, stale, by hand, or off."""
    if confirmed is not None and now - confirmed <= timedelta(days=stale_after):
        return "met", gettext("Fresh")
    if confirmed is not None:
        return "expired", gettext("Stale")
    if current is not None:
        return "unknown", gettext("By hand, never fresh")
    return ("unknown", gettext("Never fetched")) if daily else ("ended", gettext("Off"))


@require_safe
def feeds(request: Request) -> HttpResponseBase:
    """Where advisories come from, and which ones the inventory needs."""
    viewer = demand_area(request, AREA)
    found = rows(viewer, request.view_now)
    if format := request.GET.get("format"):
        return feeds_file(found, format)
    missing = gaps(Software.objects.all().visible_to(viewer))
    context = {
        "rows": found,
        "gaps": missing,
        "choice": choice(missing),
        "may_change": viewer.has(*CHANGERS),
    }
    return render(request, "patching/feeds.html", context)


@require_POST
def feeds_for_inventory(request: Request) -> HttpResponseBase:
    """Switch on the feeds that were offered and chosen, in one act."""
    viewer = changer(request)
    ids = request.POST.getlist("feed")
    if not ids:
        messages.info(request, gettext("No feed was chosen; nothing was switched on."))
        return redirect("feeds")
    chosen = actions.switch_on(viewer.actor, ids[:MOST_CHOSEN])
    words = ngettext(
        "%(count)s feed is fetched within minutes, and then each day: %(names)s.",
        "%(count)s feeds are fetched within minutes, and then each day: %(names)s.",
        len(chosen),
    )
    names = ", ".join(one.name for one in chosen)
    messages.success(request, words % {"count": len(chosen), "names": names})
    return redirect("feeds")


@require_safe
def feed(request: Request, id: str) -> HttpResponseBase:
    """One feed: what it is, what it brought, and what went wrong."""
    viewer = demand_area(request, AREA)
    row = next((one for one in rows(viewer, request.view_now) if one.id == id), None)
    if row is None:
        raise NotFound(gettext("There is no such feed."), gettext("Look in the list of feeds."))
    found = FeedSnapshot.objects.all().visible_to(viewer).filter(feed__feed=id)
    drops = FeedDrop.objects.all().visible_to(viewer).filter(feed__feed=id)
    context = {
        "row": row,
        "source": sources().get(id),
        "updates": list(found.order_by("-fetched_at", "-id")[:LISTED]),
        "drops": list(drops.order_by("-at", "-id")[:LISTED]),
        "may_change": viewer.has(*CHANGERS),
    }
    return render(request, "patching/feed.html", context)


@require_POST
def feed_switch(request: Request, id: str) -> HttpResponseBase:
    """Switch a feed on or off."""
    viewer = changer(request)
    source: FeedSource = find_feed(id)
    daily = request.POST.get("daily") == "yes"
    actions.switch(viewer.actor, id, daily=daily)
    if daily:
        words = gettext("%s is fetched within minutes, and then each day.")
    else:
        words = gettext("%s is no longer fetched. What it brought stays, and grows old.")
    messages.success(request, words % source.name)
    return redirect("advisory-feed", id)


@require_safe
def feed_update(request: Request, id: str, key: str) -> HttpResponseBase:
    """One update of a feed: what it brought, what it takes away, and what of it could not be read."""
    viewer = demand_area(request, AREA)
    update = find_update(id, key, viewer)
    told = json.loads(blobs.fetch(update.fault_list)) if update.fault_list else []
    context = {
        "name": sources()[id].name if id in sources() else id,
        "update": update,
        "faults": [_fault(*one) for one in told[:LISTED]],
        "waits": update.state == State.WAITING,
        "may_decide": viewer.has(*CHANGERS) and update.state == State.WAITING,
    }
    return render(request, "patching/feed_update.html", context)


def _fault(place: str, reason: object, of: str | None = "") -> tuple[str, str, str]:
    """A piece that could not be read: where it stands, why, and what it leaves unknown."""
    if of is None:
        left = gettext("The packages that it names are undecided; nothing else is.")
    elif not of:
        left = gettext("All that this feed is about is unknown, unless another feed covers it.")
    else:
        left = gettext("All of %(what)s is unknown, unless another feed covers it.") % {"what": of}
    return place, unpacked(reason), left


@require_http_methods(["GET", "HEAD", "POST"])
def feed_decide(request: Request, id: str, key: str) -> HttpResponseBase:
    """Accept or refuse an update that takes much away."""
    viewer = changer(request)
    update = find_update(id, key, viewer)
    if update.state != State.WAITING:
        raise Refused(
            gettext("Somebody has decided about this update before."), gettext("Look on the feed's page.")
        )
    form = DecideForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        accept = values["decision"] == ACCEPT
        actions.decide(update, viewer.actor, values["reason"], request.now, accept=accept)
        messages.success(request, gettext("Accepted.") if accept else gettext("Refused."))
        return redirect("advisory-feed", id)
    context = {"update": update, "name": sources()[id].name if id in sources() else id, "form": form}
    return render(request, "patching/feed_decide.html", context, status=400 if form.errors else 200)


def find_update(id: str, key: str, viewer: Viewer) -> FeedSnapshot:
    """The update of that feed. Raises NotFound."""
    found = FeedSnapshot.objects.all().visible_to(viewer).filter(feed__feed=id, pk=key)
    update: FeedSnapshot | None = found.select_related("feed").first()
    if update is None:
        raise NotFound(gettext("There is no such update."), gettext("Look in the list of feeds."))
    return update
