"""When software is held against the feeds: after a feed brought something, or new software was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.patching.bills.following import catch_up as catch_up_with_products
from duecare.patching.feeds.models import FeedSnapshot
from duecare.patching.feeds.queries import current_feeds, read_snapshot
from duecare.patching.software.following import catch_up
from duecare.patching.weaknesses.figures import note_figures
from duecare.patching.weaknesses.judging import Matched, Source, match, source_of
from duecare.patching.weaknesses.models import Matching
from duecare.patching.weaknesses.placing import reorder
from duecare.patching.weaknesses.queries import last_matching, weights
from duecare.patching.weaknesses.subjects import unseen
from duecare.program.apart import run_apart
from duecare.web.recorded import in_the_records_language

Say = Callable[[str], None]


def _quiet(step: str) -> None:
    return None


def match_apart(actor: str, now: datetime) -> Matched | None:
    """`match_if_due` in a process of its own, which takes much memory and may be ended for that.

    Raises what that raises, and DuecareError if the process was ended: what was found before stays, and the
    next time does all of it again.
    """
    if last_matching() is None and not current_feeds():
        catch_up()
        return None
    told = run_apart(
        f"{__name__}:match_as_ordered",
        {"actor": actor, "now": now.isoformat()},
        _("Software was not held against the feeds of advisories."),
    )
    return None if told is None else Matched(**told)


def match_as_ordered(actor: str, now: str) -> dict[str, Any] | None:
    """The same by values that are JSON: what the process of its own does."""
    done = match_if_due(actor, datetime.fromisoformat(now))
    return None if done is None else asdict(done)


def match_if_due(actor: str, now: datetime, say: Say = _quiet) -> Matched | None:
    """Hold software against the feeds, if there are any and something changed; then work out the figures.

    Raises whatever reading a feed raises; what was found before then stays as it was.
    """
    catch_up()
    catch_up_with_products()
    snapshots = current_feeds()
    last = last_matching()
    if not snapshots and last is None:
        return None
    done = None
    if last is None or _snapshots(last) != {one.pk for one in snapshots} or unseen():
        with in_the_records_language():
            done = match(actor, _sources(snapshots), weights(), now, say)
    elif last is not None:
        _confirm(last, snapshots)
    reorder()
    note_figures(actor, now)
    return done


def _snapshots(matching: Matching) -> set[str]:
    """The snapshots that it rested on, as far as it is kept of each what it speaks of."""
    return {one["snapshot"] for one in matching.feeds if "covers" in one}


def _confirm(matching: Matching, snapshots: Sequence[FeedSnapshot]) -> None:
    """Note that sources said meanwhile that what they have is the same."""
    at = {one.pk: one.confirmed_at.isoformat() for one in snapshots}
    matching.feeds = [{**one, "confirmed_at": at[one["snapshot"]]} for one in matching.feeds]
    matching.save()


def _sources(snapshots: Sequence[FeedSnapshot]) -> Iterator[Source]:
    """One at a time: each is large."""
    for one in snapshots:
        yield source_of(one, read_snapshot(one))
