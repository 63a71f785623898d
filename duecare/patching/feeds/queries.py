"""What is asked of feeds: which snapshots count, what they hold, and how fresh they are."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max, OuterRef, QuerySet, Subquery

from duecare.ledger import blobs
from duecare.patching.advisories.loading import Loaded
from duecare.patching.feeds.isolated import read_isolated
from duecare.patching.feeds.models import Feed, FeedDrop, FeedSnapshot, State

STALE_AFTER = "advisory_days"
"""The target by which a feed has to be fetched again."""
MOST_LOST = "feed_loss_percent"
"""The target beyond which an update that takes away waits for a person."""


NEWEST = ("-confirmed_at", "-fetched_at", "-id")
"""The order in which the first counts: what a source confirmed after another file was brought by hand is
newer than that."""


def current_feeds() -> list[FeedSnapshot]:
    """The newest snapshot of each feed that was taken in and not dropped, by the id of the feed; none that is
    set aside or was refused."""
    found = newest_taken(FeedSnapshot.objects.exclude(feed__in=dropped_now().values("feed")))
    return sorted(found, key=lambda one: one.feed.feed)  # the same order whatever the database


def dropped_now() -> QuerySet[FeedDrop]:
    """The drops of feeds that were not taken up again."""
    found: QuerySet[FeedDrop] = FeedDrop.objects.filter(taken_up_at=None)
    return found


def is_dropped(id: str) -> bool:
    """Whether that feed counts for nothing just now."""
    return dropped_now().filter(feed__feed=id).exists()


def newest_taken(snapshots: QuerySet[FeedSnapshot]) -> list[FeedSnapshot]:
    """Of these the newest of each feed that was taken in, by the id of the feed."""
    of_feed = FeedSnapshot.objects.filter(feed=OuterRef("pk"), state=State.TAKEN)
    newest = Feed.objects.annotate(current=Subquery(of_feed.order_by(*NEWEST).values("pk")[:1]))
    found = snapshots.filter(pk__in=newest.values("current"))
    return list(found.select_related("feed").order_by("feed__feed"))


def current_of(feed: Feed) -> FeedSnapshot | None:
    """The newest snapshot of a feed that was taken in."""
    taken = feed.snapshots.filter(state=State.TAKEN)
    found: FeedSnapshot | None = taken.order_by(*NEWEST).first()
    return found


def read_snapshot(snapshot: FeedSnapshot) -> Loaded:
    """What a snapshot holds, read from its blob in the confined child.

    Raises NotFound or Tampered if the blob is gone or altered, BadInput and DuecareError as `read_isolated`.
    """
    with blobs.opened(snapshot.file) as file:
        return read_isolated(file, str(snapshot.feed))


def confirmed_at(feed: Feed) -> datetime | None:
    """When its source last said what is newest, and that was taken in; None if it never did.

    What was brought by hand says nothing about that, whatever its date; nor does what waits or was refused.
    """
    fetched = feed.snapshots.filter(by_hand=False, state=State.TAKEN)
    found: datetime | None = fetched.aggregate(last=Max("confirmed_at"))["last"]
    return found
