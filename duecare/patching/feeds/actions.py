"""What is done with feeds: switch one on, fetch, take files in by hand, decide on what was set aside.

Fetching and reading come before the act, so that no lock is held meanwhile. A feed that fails keeps what it
had; that it failed is recorded.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.home import Home
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.patching.advisories.loading import Loaded
from duecare.patching.advisories.reading import UNKNOWN
from duecare.patching.feeds.carried import is_record, packed_records
from duecare.patching.feeds.drop_actions import demand_not_dropped
from duecare.patching.feeds.fetching import Fetched, Progress, fetch
from duecare.patching.feeds.isolated import read_isolated
from duecare.patching.feeds.models import Feed, FeedSnapshot, State, Verified
from duecare.patching.feeds.narrowing import Taken, taken_away
from duecare.patching.feeds.queries import MOST_LOST, current_of, dropped_now, read_snapshot
from duecare.patching.feeds.sources import FeedSource, find_feed, sources
from duecare.program.outgoing import Outgoing, way_out
from duecare.program.queries import current_targets
from duecare.web.recorded import in_the_records_language, recorded

BY_HAND = "hand:"
MOST_TOLD = 200
"""Faults that are kept with a snapshot."""
MOST_FILES = 200
"""Files that one directory may hold that is taken in by hand."""
DAY = timedelta(hours=23)
"""A daily fetch is due a little before a day has passed, so that it does not wander through it."""


def _no_progress(feed: str, here: int, total: int) -> None:
    return None


FeedProgress = Callable[[str, int, int], None]
"""Called with the name of a feed, the bytes that are here, and of how many (0: not known)."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What an attempt brought for one feed."""

    feed: str
    name: str
    snapshot: FeedSnapshot | None = None
    """None where nothing new came."""
    unchanged: bool = False
    """Whether the source said that what is here is still its newest."""
    fault: str = ""
    """Why nothing came; what was known before stays."""


def switch(actor: str, id: str, *, daily: bool) -> Feed:
    """Say whether the worker fetches a feed each day. Raises NotFound for what is no feed, and Refused if it
    is to fetch one that is dropped."""
    source = find_feed(id)
    if daily:
        words = recorded("fetch the feed %(name)s each day", name=source.name)
    else:
        words = recorded("no longer fetch the feed %(name)s each day", name=source.name)
    with recording(actor, words):
        feed = _feed(id)
        if daily:
            demand_not_dropped(id, source.name)
        feed.daily = daily
        feed.save()
    return feed


def switch_on(actor: str, ids: Iterable[str]) -> list[FeedSource]:
    """Switch several feeds on, in one act. Raises NotFound for what is no feed, Refused for one dropped."""
    wanted = [find_feed(id) for id in dict.fromkeys(ids)]
    if not wanted:
        raise BadInput(_("No feed is named."), _("Choose at least one."))
    names = ", ".join(source.name for source in wanted)[:400]
    with recording(actor, recorded("fetch each day what the inventory needs: %(names)s", names=names)):
        for source in wanted:
            feed = _feed(source.id)
            demand_not_dropped(source.id, source.name)
            feed.daily = True
            feed.save()
    return wanted


def update(
    actor: str,
    ids: Iterable[str],
    clock: Callable[[], datetime],
    *,
    out: Outgoing | None = None,
    progress: FeedProgress = _no_progress,
    known: Callable[[str], FeedSource] = find_feed,
) -> list[Updated]:
    """Fetch these feeds and record what came, or why nothing did. One that fails stops no other.

    Raises NotFound, before anything is fetched, for what is no feed, and Refused for one that is dropped.
    """
    wanted = [known(id) for id in dict.fromkeys(ids)]
    for source in wanted:
        demand_not_dropped(source.id, source.name)
    way = out or way_out()
    found = []
    with in_the_records_language():
        for source in wanted:
            with _alone(source.id):
                found.append(_update(actor, source, clock, way, progress))
    return found


@contextmanager
def _alone(id: str) -> Iterator[None]:
    """While no other process fetches the same feed: what came of it by then is one file."""
    home: Home = settings.DUECARE_HOME
    with (home.scratch / f"feed-{id}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def update_due(actor: str, clock: Callable[[], datetime], out: Outgoing | None = None) -> list[Updated]:
    """Fetch each feed that is switched on and due."""
    return update(actor, due_feeds(clock()), clock, out=out)


def due_feeds(now: datetime) -> list[str]:
    """The feeds that are switched on and were not asked for within a day."""
    shipped = sources()
    off = dropped_now().values("feed")
    return [
        feed.feed
        for feed in Feed.objects.filter(daily=True).exclude(pk__in=off).order_by("feed")
        if feed.feed in shipped and (feed.tried_at is None or now - feed.tried_at >= DAY)
    ]


def _update(
    actor: str, source: FeedSource, clock: Callable[[], datetime], out: Outgoing, progress: FeedProgress
) -> Updated:
    feed = Feed.objects.filter(feed=source.id).first()
    newest = None if feed is None else _newest_fetched(feed)
    told: Progress = lambda here, total: progress(source.name, here, total)  # noqa: E731
    try:
        came = fetch(
            source,
            out,
            told,
            etag=newest.etag if newest else "",
            last_modified=newest.last_modified if newest else "",
        )
        if came is None or (newest is not None and _digest(came.file) == newest.file):
            _put_away(came)
            return _confirm(actor, source, clock())
        read = _read(came.file, source.id)
        verified = Verified.CHECKSUM if came.compared else Verified.TLS
        made = FeedSnapshot(
            address=came.address[:500], verified=verified.value, by_hand=False, etag=came.etag,
            last_modified=came.last_modified,
        )  # fmt: skip
        snapshot = _take(actor, source.id, source.name, made, came.file, read, clock())
    except DuecareError as error:
        return _failed(actor, source, str(error), clock())
    except OSError as error:  # the disk is full, for one
        return _failed(actor, source, error.strerror or str(error), clock())
    _put_away(came)
    return Updated(source.id, source.name, snapshot)


def _put_away(came: Fetched | None) -> None:
    if came is not None:
        came.file.unlink(missing_ok=True)
        came.file.with_suffix(".json").unlink(missing_ok=True)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _newest_fetched(feed: Feed) -> FeedSnapshot | None:
    """The last file that the source sent, whatever was made of it: of that one alone it is asked again."""
    found: FeedSnapshot | None = feed.snapshots.filter(by_hand=False).order_by("-fetched_at", "-id").first()
    return found


def take_in_by_hand(actor: str, directory: Path, clock: Callable[[], datetime]) -> list[Updated]:
    """Take in the files of a directory that somebody brought. None of them counts as fresh.

    A file that is called as a feed, such as `osv-pypi.zip`, is that feed's; any other one is a feed of its
    own, `hand:<name>`. Records that are a file of YAML each, in it and in directories below, are one feed.
    Raises BadInput if there is no such directory, or it holds too many files.
    """
    if not directory.is_dir():
        raise BadInput(
            _("There is no directory %(directory)s.") % {"directory": directory},
            _("Name one that holds advisories."),
        )
    files = sorted(one for one in directory.iterdir() if one.is_file() and not one.is_symlink())
    if len(files) > MOST_FILES:
        raise BadInput(
            _("%(directory)s holds more than %(most)s files.") % {"directory": directory, "most": MOST_FILES},
            _("Put single records into one archive for each feed."),
        )
    alone = [one for one in files if not one.name.startswith(".") and not is_record(one.name)]
    with in_the_records_language():
        found = [_bring(actor, file, clock) for file in alone]
        try:
            with packed_records(directory) as packed:
                found += [_bring(actor, packed, clock)] if packed else []
        except BadInput as error:  # a part that cannot be read leaves out the records of YAML, and says so
            name = f"{directory.name}.yaml.zip"
            found.append(Updated(f"{BY_HAND}{name}"[:80], name, fault=str(error)))
    return [one for one in found if one is not None]


def _bring(actor: str, file: Path, clock: Callable[[], datetime]) -> Updated | None:
    stem = file.name.partition(".")[0]
    id = stem if stem in sources() else f"{BY_HAND}{file.name}"[:80]
    try:
        demand_not_dropped(id, id)
        if _is_here(id, file):
            return Updated(id, file.name, unchanged=True)
        read = _read(file, file.name)
        if read.files[0].format == UNKNOWN and not read.faults:
            return None  # words that lie beside the advisories
        made = FeedSnapshot(address=file.name[:500], verified=Verified.HAND.value, by_hand=True)
        return Updated(id, file.name, _take(actor, id, file.name, made, file, read, clock()))
    except DuecareError as error:
        return Updated(id, file.name, fault=str(error))
    except OSError as error:
        return Updated(id, file.name, fault=error.strerror or str(error))


def _is_here(id: str, file: Path) -> bool:
    feed = Feed.objects.filter(feed=id).first()
    before = None if feed is None else current_of(feed)
    return before is not None and before.file == _digest(file)


def _read(file: Path, name: str) -> Loaded:
    with file.open("rb") as opened:
        return read_isolated(opened, name)


def _take(
    actor: str, id: str, name: str, made: FeedSnapshot, file: Path, read: Loaded, now: datetime
) -> FeedSnapshot:
    """Record a file that was read. Raises BadInput if it holds nothing."""
    (told,) = read.files
    if not told.count:
        why = f" ({read.faults[0].reason})" if read.faults else ""
        raise BadInput(
            _("%(name)s holds nothing that could be read%(why)s.") % {"name": name, "why": why},
            _("What was known before stays."),
        )
    feed = Feed.objects.filter(feed=id).first()
    before = None if feed is None else current_of(feed)
    taken = Taken(0, 0, 0) if before is None else taken_away(read_snapshot(before), read)
    waits = taken.beyond(current_targets()[MOST_LOST].value)
    digest = blobs.keep_file(file)
    told_faults = [[one.place, one.reason, one.of] for one in read.faults[:MOST_TOLD]]
    faults = blobs.keep(json.dumps(told_faults).encode()) if told_faults else ""
    with recording(actor, recorded("take in what the feed %(name)s brought", name=name), valid_at=now):
        feed = _feed(id)
        if not made.by_hand:
            feed.tried_at, feed.fault = now, ""
        feed.save()
        made.id = new_key()
        made.feed = feed
        made.fetched_at = made.confirmed_at = now
        made.file, made.size = digest, file.stat().st_size
        made.format, made.count, made.newest = told.format[:200], told.count, told.newest
        made.faults, made.fault_list = told.faults, faults
        made.was_known, made.withdrawn, made.narrowed = taken.of, taken.withdrawn, taken.narrowed
        made.state = (State.WAITING if waits else State.TAKEN).value
        made.save(force_insert=True)
    return made


def _confirm(actor: str, source: FeedSource, now: datetime) -> Updated:
    with recording(actor, recorded("the feed %(name)s has nothing new", name=source.name)):
        feed = _feed(source.id)
        feed.tried_at, feed.fault = now, ""
        feed.save()
        newest = _newest_fetched(feed)
        if newest is not None:
            newest.confirmed_at = now
            newest.save()
    return Updated(source.id, source.name, unchanged=True)


def _failed(actor: str, source: FeedSource, fault: str, now: datetime) -> Updated:
    with recording(actor, recorded("the feed %(name)s could not be fetched", name=source.name)):
        feed = _feed(source.id)
        feed.tried_at, feed.fault = now, fault[:1000]
        feed.save()
    return Updated(source.id, source.name, fault=fault)


def _feed(id: str) -> Feed:
    """The row of a feed, locked, or a new one that is not saved yet."""
    found: Feed | None = Feed.objects.select_for_update().filter(feed=id).first()
    return found or Feed(id=new_key(), feed=id)


def decide(snapshot: FeedSnapshot, actor: str, reason: str, now: datetime, *, accept: bool) -> FeedSnapshot:
    """Accept or refuse what was set aside because it takes much away.

    Raises BadInput without a reason, NotFound if there is no such snapshot, Refused if it does not wait.
    """
    if not reason.strip():
        raise BadInput(
            _("Nothing is decided about an update without a reason."),
            _("Say what you looked at, and with whom you spoke."),
        )
    if accept:
        words = recorded("accept what the feed %(name)s takes away", name=snapshot.feed)
    else:
        words = recorded("refuse an update of the feed %(name)s", name=snapshot.feed)
    with recording(actor, words):
        current = FeedSnapshot.objects.select_for_update().filter(pk=snapshot.pk).first()
        if current is None:
            raise NotFound(_("There is no such update."), _("Look in the list of feeds."))
        if current.state != State.WAITING:
            raise Refused(_("Somebody has decided about this update before."), _("Look on the feed's page."))
        current.state = (State.TAKEN if accept else State.REFUSED).value
        current.decided_at, current.decided_because, current.decided_by = now, reason.strip(), actor
        current.save()
    return current
