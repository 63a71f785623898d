"""The story as it is written: read from `content/`, checked for the names it uses, sorted by day. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from duecare.errors import BadInput
from duecare.program.catalogue import read_yaml

_CONTENT = Path(__file__).parent / "content"
KINDS = (
    "people", "languages", "mail", "choices", "steps", "plan", "removals", "names", "targets", "imports",
    "response", "contacts",
    "products", "advisories", "accounts", "became", "exposures", "statements", "exceptions", "tasks",
    "incidents", "terms", "calibrations", "scenarios", "measures",
    "matters", "trust", "views", "tokens", "reports",
)  # fmt: skip
"""The lists of events; on one day they happen in this order."""
LATER = ("approved", "review", "decided", "done", "undone", "released", "taken", "closed", "reviewed")
"""What follows from an event on a day of its own;"""
SEVERAL = ("said", "papers", "handed", "ended", "bills", "tried", "holds", "estimates")
"""what follows from it more than once."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens on one day."""

    day: int
    """Days before the end, negative or 0."""
    kind: str
    """One of KINDS, or `<kind>.<what follows>`, such as `tasks.done`."""
    name: str
    """By which later events of the same thing find it."""
    told: Mapping[str, Any]


@cache
def story() -> Mapping[str, Any]:
    """The whole story. Raises BadInput naming what is wrong with it."""
    told = read_yaml((_CONTENT / "story.yaml").read_text("utf-8"), "story.yaml")
    for event in events(told):
        for named in ("by", "to", "owner", "approver", "counsel", "responsible"):
            by = event.told.get(named)
            if by is not None and by not in told["people"]:
                raise BadInput(
                    f"story.yaml, {event.name}: nobody is called {by!r}.", "Use a key of `people`."
                )
        if event.day > 0:
            raise BadInput(f"story.yaml, {event.name}: day {event.day} is to come.", "Use 0 or less.")
    return told


@cache
def published() -> Mapping[str, Any]:
    """The advisories that the clinic's feed tells, by the day of each."""
    return read_yaml((_CONTENT / "advisories.yaml").read_text("utf-8"), "advisories.yaml")


@cache
def healthy() -> Mapping[str, Any]:
    """The reports of healthy computers, by kind."""
    found: Mapping[str, Any] = json.loads((_CONTENT / "computers.json").read_text("utf-8"))
    return found


@cache
def listed() -> Mapping[str, Any]:
    """Whose accounts and devices the clinic's services tell of."""
    return read_yaml((_CONTENT / "lists.yaml").read_text("utf-8"), "lists.yaml")


def first_day(told: Mapping[str, Any]) -> int:
    """The day on which the story begins, negative."""
    return min(event.day for event in events(told))


def events(told: Mapping[str, Any]) -> list[Event]:
    """Everything that happens, by day; on one day in the order of KINDS, then of the file."""
    found = list(_events(told))
    order = {kind: place for place, kind in enumerate(KINDS)}
    return sorted(found, key=lambda event: (event.day, order[event.kind.partition(".")[0]]))


def _events(told: Mapping[str, Any]) -> Iterator[Event]:
    for kind in KINDS:
        entries = told[kind]
        named = entries.items() if isinstance(entries, dict) else enumerate(entries)
        for name, entry in named:
            for day in entry.get("days") or [entry["day"]]:
                yield Event(day, kind, f"{kind} {name}", entry)
            for later in LATER:
                if later in entry:
                    yield Event(entry[later]["day"], f"{kind}.{later}", f"{kind} {name}", entry[later])
            for later in SEVERAL:
                for one in entry.get(later, ()):
                    yield Event(one["day"], f"{kind}.{later}", f"{kind} {name}", one)
