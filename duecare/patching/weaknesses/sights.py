"""When we first saw a fix on offer, by what it is for: the advisory, the ecosystem and release, the package.

A fix for one release says nothing about another: seen for Debian 13 it begins no clock of Debian 12. Rows of
the release before this one were kept by advisory alone. What they say is taken over for each package of their
advisory the next time that software is held against feeds, and marked as known by advisory only; to rebuild
the tables (`rebuilding.py`) finds the true days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from duecare.patching.advisories.interface import Advisory, Affected, EventKind
from duecare.patching.ecosystems import release_of
from duecare.patching.weaknesses.models import Sighting

CHUNK, AT_ONCE = 500, 5000
"""Rows of one insert, and of one transaction: others write in between."""
MARK = "="
"""Begins the key of a place; ids of advisories, under which older rows stand, do not begin so."""


class Sight(NamedTuple):
    """When a fix was first seen."""

    at: datetime
    by_advisory: bool = False
    """Whether that is known of its advisory only, and may be of another of its packages."""


def place_key(advisory: str, ecosystem: str, release: str, name: str) -> str:
    """The key of what a fix is for. `advisory` is the whole id, `release` that for which its distribution
    publishes, and `name` the one by which advisories call the package."""
    told = "\0".join((advisory, ecosystem, release, name))
    return MARK + hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(slots=True)
class Sights:
    """What was seen so far, by the key of its place."""

    known: dict[str, Sight] = field(default_factory=dict)
    legacy: dict[str, datetime] = field(default_factory=dict)
    """By the id of an advisory, as it is kept."""
    fresh: dict[str, Sight] = field(default_factory=dict)
    """Of `known` those that are new."""

    def take(self, advisories: Iterable[tuple[str, Advisory]], at: datetime) -> None:
        """Note what a snapshot, which came at a moment, shows for the first time. Each advisory comes with
        the id under which it is kept."""
        for kept, advisory in advisories:
            before = self.legacy.get(kept)
            sight = Sight(at) if before is None or before >= at else Sight(before, by_advisory=True)
            for key in _places(advisory):
                old = self.fresh.get(key)
                if key not in self.known or (old is not None and sight.at < old.at):
                    self.known[key] = self.fresh[key] = sight

    def settle(self) -> None:
        """From here on what is known is not new."""
        self.fresh.clear()
        self.legacy.clear()


def _places(advisory: Advisory) -> Iterator[str]:
    """The places for which an advisory names a fix, withdrawn or not."""
    done: set[tuple[str, str, str]] = set()
    for one in advisory.affected:
        place = (one.ecosystem, release_of(one.ecosystem, one.release), one.name)
        if place not in done and _names_a_fix(one):
            done.add(place)
            yield place_key(advisory.id, *place)


def _names_a_fix(affected: Affected) -> bool:
    return any(event.kind is EventKind.FIXED for events in affected.ranges for event in events)


def load() -> Sights:
    """What the table says."""
    rows = Sighting.objects.values_list("pk", "fix_seen_at", "by_advisory")
    found = Sights()
    for key, at, by_advisory in rows.iterator():
        if key.startswith(MARK):
            found.known[key] = Sight(at, by_advisory)
        else:
            found.legacy[key] = at
    return found


def save(sights: Sights) -> None:
    """Write what is new, and put away what was kept by advisory alone: it was taken over."""
    new = sorted(sights.fresh.items())
    for start in range(0, len(new), AT_ONCE):
        part = new[start : start + AT_ONCE]
        rows = [Sighting(id=key, fix_seen_at=at, by_advisory=by) for key, (at, by) in part]
        with transaction.atomic():
            Sighting.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)
    Sighting.objects.exclude(id__startswith=MARK).delete()
    sights.settle()
