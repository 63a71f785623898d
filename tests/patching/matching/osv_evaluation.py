"""The evaluation of the OSV schema as its text has it, statement by statement: slow, and an oracle.

https://ossf.github.io/osv-schema/#evaluation. What the text leaves open is settled as intervals.py says:
events at the same version stand as given, but where a range is open, its end before the next begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from duecare.patching.advisories.interface import Affected, Event, EventKind, Range
from duecare.patching.versions.interface import Scheme

OPENS = (EventKind.INTRODUCED, EventKind.AFTER)


def is_vulnerable(version: str, affected: Sequence[Affected], scheme: Scheme) -> bool:
    """Whether any of these holds the version."""
    return any(
        included_in_versions(version, one.versions, scheme) or included_in_ranges(version, one.ranges, scheme)
        for one in affected
    )


def included_in_versions(version: str, versions: Sequence[str], scheme: Scheme) -> bool:
    return any(version == one or (place(version, scheme) == place(one, scheme)) for one in versions)


def included_in_ranges(version: str, ranges: Sequence[Range], scheme: Scheme) -> bool:
    for events in ranges:
        if before_limits(version, events, scheme):
            vulnerable = False
            for event in in_order(events, scheme):
                if reached(version, event, scheme):
                    vulnerable = event.kind in OPENS
            if vulnerable:
                return True
    return False


def before_limits(version: str, events: Range, scheme: Scheme) -> bool:
    limits = [event.version for event in events if event.kind is EventKind.LIMIT]
    if not limits:
        return True
    return any(limit == "*" or place(version, scheme) < place(limit, scheme) for limit in limits)


def reached(version: str, event: Event, scheme: Scheme) -> bool:
    """Whether the event holds for this version."""
    if event.version == "0" and event.kind is EventKind.INTRODUCED:
        return True
    ours, theirs = place(version, scheme), place(event.version, scheme)
    return ours > theirs if event.kind in (EventKind.LAST_AFFECTED, EventKind.AFTER) else ours >= theirs


def in_order(events: Range, scheme: Scheme) -> list[Event]:
    def at(event: Event) -> tuple[bytes, bool]:
        zero = event.version == "0" and event.kind is EventKind.INTRODUCED
        after = event.kind in (EventKind.LAST_AFFECTED, EventKind.AFTER)
        return (b"" if zero else place(event.version, scheme), after)

    moves = dict.fromkeys(event for event in events if event.kind is not EventKind.LIMIT)
    found: list[Event] = []
    for _, group in groupby(sorted(moves, key=at), key=at):
        here = list(group)
        if found and found[-1].kind in OPENS:
            here.sort(key=lambda event: event.kind in OPENS)
        found += here
    return found


def place(version: str, scheme: Scheme) -> bytes:
    key = scheme.key(version)
    assert key is not None, version
    return key
