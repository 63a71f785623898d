"""Which alerts belong together, as a proposal for people to judge. Pure.

Two alerts are of one group if, within the window, they share
- a subject: what they are about, by reference or by the name that the tool gives it; or
- an account, or a sign (an address, a name, a digest), unless it is common.

What is common says nothing: an account or a sign that alerts about more than COMMON different subjects bear
(the address of a name server, the account `SYSTEM`) joins none of them. An alert that names no subject counts
by its account, one without either for itself. A name that names nothing (`unknown`, `localhost`) is no
subject. That counts over all alerts that are
given, whenever they were; the subject itself always joins. So a worm that speaks with one address from fifty
hosts is proposed as fifty groups, and a person puts them to one case; the other mistake, one group of
everything, would hide what is in it.

Groups are closed under sharing: if a is joined with b and b with c, the three are one group. Nothing depends
on the order in which alerts are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

WINDOW = timedelta(hours=24)
COMMON = 10
"""Most different subjects whose alerts an account or a sign can join."""

NAMELESS = frozenset({"", "-", "unknown", "localhost"})
"""What tools write where they do not know the name of a subject, or where every one bears the same."""

Mark = tuple[str, str]
"""What an alert bears: `subject`, `account` or `sign`, and its value in small letters."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert, as far as it says what it belongs to."""

    key: str
    at: datetime
    about: str = ""
    """A typed reference."""
    name: str = ""
    """What the tool calls its subject."""
    account: str = ""
    signs: tuple[str, ...] = ()

    def subjects(self) -> Iterator[str]:
        """Its subject's names: the reference, and the tool's word."""
        for text in (self.about, self.name):
            name = text.strip().casefold()
            if name not in NAMELESS:
                yield name

    def marks(self) -> set[Mark]:
        """All that it can be joined by."""
        found = {("subject", text) for text in self.subjects()}
        if self.account.strip():
            found.add(("account", self.account.strip().casefold()))
        return found | {("sign", sign.strip().casefold()) for sign in self.signs if sign.strip()}


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts that belong together."""

    keys: tuple[str, ...]
    """By when they happened, then by key."""
    shared: tuple[Mark, ...]
    """What joins them, by kind and value; empty for an alert that stands alone."""
    first: datetime
    last: datetime


def correlate(
    alerts: Iterable[Seen], *, window: timedelta = WINDOW, common: int = COMMON
) -> tuple[Group, ...]:
    """The groups of the alerts, the one that began first at the beginning. Each alert is in exactly one."""
    ordered = sorted(alerts, key=lambda one: (one.at, one.key))
    bearing: dict[Mark, list[int]] = defaultdict(list)
    for place, one in enumerate(ordered):
        for mark in one.marks():
            bearing[mark].append(place)
    parents = list(range(len(ordered)))
    joined: list[tuple[Mark, int]] = []
    for mark, places in bearing.items():
        if len(places) < 2 or _is_common(mark, places, ordered, common):
            continue
        for earlier, later in pairwise(places):
            if ordered[later].at - ordered[earlier].at <= window:
                _join(parents, earlier, later)
                joined.append((mark, earlier))
    return _groups(ordered, parents, joined)


def common_marks(alerts: Sequence[Seen], *, common: int = COMMON) -> set[Mark]:
    """The accounts and signs that join nothing, because too many subjects bear them."""
    bearing: dict[Mark, list[int]] = defaultdict(list)
    for place, one in enumerate(alerts):
        for mark in one.marks():
            bearing[mark].append(place)
    return {mark for mark, places in bearing.items() if _is_common(mark, places, alerts, common)}


def _is_common(mark: Mark, places: Sequence[int], alerts: Sequence[Seen], common: int) -> bool:
    if mark[0] == "subject" or len(places) <= common:
        return False
    return len({_counted_as(alerts[place]) for place in places}) > common


def _counted_as(one: Seen) -> Mark:
    """What it is about: its subject, else its account, else only itself."""
    for subject in one.subjects():
        return "subject", subject
    account = one.account.strip().casefold()
    return ("account", account) if account else ("alert", one.key)


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


def _join(parents: list[int], one: int, other: int) -> None:
    roots = sorted((_root(parents, one), _root(parents, other)))
    parents[roots[1]] = roots[0]


def _groups(
    ordered: Sequence[Seen], parents: list[int], joined: Iterable[tuple[Mark, int]]
) -> tuple[Group, ...]:
    members: dict[int, list[Seen]] = defaultdict(list)  # the root is the earliest of its group
    for place, one in enumerate(ordered):
        members[_root(parents, place)].append(one)
    shared: dict[int, set[Mark]] = defaultdict(set)
    for mark, place in joined:
        shared[_root(parents, place)].add(mark)
    return tuple(
        Group(tuple(one.key for one in group), tuple(sorted(shared[root])), group[0].at, group[-1].at)
        for root, group in sorted(members.items())
    )
