"""Pages on which a feed is dropped with a reason, and taken up again."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from duecare.errors import NotFound, Refused
from duecare.ledger.viewers import Request, Viewer
from duecare.patching.feeds import drop_actions
from duecare.patching.feeds.forms import DropForm, TakeUpForm
from duecare.patching.feeds.models import Feed, FeedDrop
from duecare.patching.feeds.sources import sources
from duecare.patching.feeds.views import changer


@require_http_methods(["GET", "HEAD", "POST"])
def feed_drop(request: Request, id: str) -> HttpResponseBase:
    """Have nothing count that a feed said."""
    viewer = changer(request)
    name = _name(id, viewer)
    if _drop_of(id, viewer) is not None:
        raise Refused(gettext("This feed is dropped already."), gettext("Look on the feed's page."))
    form = DropForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        drop_actions.drop(id, viewer.actor, form.cleaned_data["reason"], request.now)
        words = gettext(
            "%s is dropped. What it alone said is marked when software is next held against the feeds."
        )
        messages.success(request, words % name)
        return redirect("advisory-feed", id)
    context = {"id": id, "name": name, "form": form}
    return render(request, "patching/feed_drop.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def feed_take_up(request: Request, id: str) -> HttpResponseBase:
    """Have count again what a dropped feed says."""
    viewer = changer(request)
    name, drop = _name(id, viewer), _drop_of(id, viewer)
    if drop is None:
        raise Refused(gettext("This feed is not dropped."), gettext("Look on the feed's page."))
    form = TakeUpForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        drop_actions.take_up(id, viewer.actor, form.cleaned_data["reason"], request.now)
        words = gettext("%s is taken up again. It counts when software is next held against the feeds.")
        messages.success(request, words % name)
        return redirect("advisory-feed", id)
    context = {"id": id, "name": name, "form": form, "drop": drop}
    return render(request, "patching/feed_take_up.html", context, status=400 if form.errors else 200)


def _name(id: str, viewer: Viewer) -> str:
    """What a feed is called of which anything was ever here. Raises NotFound for any other."""
    if not Feed.objects.all().visible_to(viewer).filter(feed=id).exists():
        raise NotFound(gettext("Nothing of this feed was ever here."), gettext("Look in the list of feeds."))
    return sources()[id].name if id in sources() else id


def _drop_of(id: str, viewer: Viewer) -> FeedDrop | None:
    found: FeedDrop | None = (
        FeedDrop.objects.all().visible_to(viewer).filter(feed__feed=id, taken_up_at=None).first()
    )
    return found
