"""Feeds as the terminal asks for them and tells of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from duecare.errors import BadInput
from duecare.ledger.records import utc_now
from duecare.patching.feeds.actions import FeedProgress, Updated, switch_on, take_in_by_hand, update
from duecare.patching.feeds.choosing import Gap, choice, gaps
from duecare.patching.feeds.models import Feed, State
from duecare.patching.feeds.queries import dropped_now
from duecare.patching.feeds.sources import sources
from duecare.words import number


@dataclass(frozen=True, slots=True)
class Done:
    """What became of all feeds that were asked for."""

    lines: list[str]
    """One a feed."""
    failed: int


def feeds_there_are() -> str:
    """All feeds with what they tell, and which are switched on."""
    on = set(Feed.objects.filter(daily=True).values_list("feed", flat=True))
    rows = [
        f"{'on ' if source.id in on else 'off'}  {source.id:<18} {source.name}: {source.what}"
        for source in sources().values()
    ]
    return "\n".join(rows)


def choose_for_inventory(actor: str, say: Callable[[str], None]) -> list[str]:
    """Switch on, in one act, the feeds that cover what is installed and no feed covers; their ids.

    Each is said with its size before anything is fetched.
    """
    missing = gaps()
    for line in gap_lines(missing):
        say(line)
    wanted = [one.offered.id for one in choice(missing) if one.offered]
    if wanted:
        switch_on(actor, wanted)
    return wanted


def gap_lines(missing: Sequence[Gap]) -> list[str]:
    """A line for each ecosystem that is installed and that no feed covers which is switched on."""
    return [f"{one.ecosystem} ({number(one.packages)} packages): {_would(one)}" for one in missing]


def _would(gap: Gap) -> str:
    if gap.offered is None:
        return "no feed that ships is about it"
    if gap.dropped:
        return f"{gap.offered.id} would cover it, and is dropped: take it up again first"
    if gap.size is None:
        return f"{gap.offered.id} covers it; its size is not known, at most {gap.offered.most} MiB are taken"
    return f"{gap.offered.id} covers it; it had {gap.size / 2**20:.1f} MiB when it last came"


def update_advisories(
    actor: str, ids: Sequence[str], ecosystems: Sequence[str], progress: FeedProgress
) -> Done:
    """Fetch the feeds of these ids, those about these ecosystems, or else those that are switched on.

    Raises BadInput if there are none, NotFound for an id that is none.
    """
    wanted = list(ids)
    for ecosystem in ecosystems:
        of = [one.id for one in sources().values() if ecosystem.lower() in map(str.lower, one.ecosystems)]
        if not of:
            raise BadInput(f"No feed is about {ecosystem[:80]!r}.", "See `duecare advisories update --list`.")
        off = set(dropped_now().values_list("feed__feed", flat=True))
        wanted += [id for id in of if id not in off]
        if off.issuperset(of):
            raise BadInput(
                f"Every feed about {ecosystem[:80]} was dropped: {', '.join(of)}.",
                "Take one up again: `duecare advisories take-up`.",
            )
    if not ids and not ecosystems:
        shipped = sources()
        on = Feed.objects.filter(daily=True).order_by("feed").values_list("feed", flat=True)
        wanted = [one for one in on if one in shipped]
    if not wanted:
        raise BadInput(
            "No feed is switched on.",
            "Switch some on under Patching, Feeds, or let what is installed choose: "
            "`duecare advisories update --for-inventory`.",
        )
    return _done(update(actor, wanted, utc_now, progress=progress))


def bring_advisories(actor: str, directory: Path) -> Done:
    """Take in the files of a directory that were brought by hand. Raises BadInput if it holds none."""
    found = take_in_by_hand(actor, directory, utc_now)
    if not found:
        raise BadInput(f"{directory} holds no advisories.", "Name a directory with files of feeds.")
    return _done(found)


def _done(found: Sequence[Updated]) -> Done:
    return Done([_line(one) for one in found], sum(bool(one.fault) for one in found))


def _line(one: Updated) -> str:
    if one.fault:
        return f"{one.feed}: FAILED, what was known before stays. {one.fault}"
    if one.snapshot is None:
        return f"{one.feed}: nothing new"
    made = one.snapshot
    line = f"{one.feed}: {number(made.count)} records, {number(made.faults)} could not be read"
    if made.newest is not None:
        line += f"; the newest is of {made.newest:%Y-%m-%d}"
    line += f"; verified by {made.get_verified_display()}"
    if made.state == State.WAITING:
        line += (
            f". SET ASIDE: it withdraws {number(made.withdrawn)} and narrows {number(made.narrowed)} of "
            f"{number(made.was_known)}. Decide about it on the feed's page"
        )
    return line
