"""Dropping a feed, and taking it up again: acts with a reason, which close nothing (SECURITY.md 21)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.patching.feeds.models import Feed, FeedDrop
from duecare.patching.feeds.queries import dropped_now, is_dropped
from duecare.patching.feeds.sources import sources
from duecare.web.recorded import recorded


def drop(id: str, actor: str, reason: str, now: datetime) -> FeedDrop:
    """Have nothing count that a feed said, until it is taken up again. Its snapshots stay.

    Raises BadInput without a reason, NotFound if nothing of it was ever here, Refused if it is dropped.
    """
    _demand_reason(reason, _("No feed is dropped without a reason."))
    with recording(actor, recorded("drop the feed %(name)s", name=_called(id))):
        feed = Feed.objects.select_for_update().filter(feed=id).first()
        if feed is None:
            raise NotFound(_("Nothing of this feed was ever here."), _("Look in the list of feeds."))
        demand_not_dropped(id, _called(id))
        feed.daily = False
        feed.save()
        made: FeedDrop = FeedDrop.objects.create(
            id=new_key(), feed=feed, at=now, because=reason.strip(), by=actor
        )
    return made


def take_up(id: str, actor: str, reason: str, now: datetime) -> FeedDrop:
    """Have count again what a dropped feed says. Raises BadInput without a reason, Refused if it is not."""
    _demand_reason(reason, _("No feed is taken up again without a reason."))
    with recording(actor, recorded("take up the feed %(name)s again", name=_called(id))):
        found: FeedDrop | None = dropped_now().select_for_update().filter(feed__feed=id).first()
        if found is None:
            raise Refused(_("This feed is not dropped."), _("Look on the feed's page."))
        found.taken_up_at, found.taken_up_because, found.taken_up_by = now, reason.strip(), actor
        found.save()
    return found


def _called(id: str) -> str:
    return sources()[id].name if id in sources() else id


def _demand_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise BadInput(what, _("Say what you looked at, and what is lost by it."))


def demand_not_dropped(id: str, name: str) -> None:
    if is_dropped(id):
        raise Refused(
            _("The feed %(name)s is dropped.") % {"name": name}, _("Take it up again first, on its page.")
        )
