"""When whoever works on a case is reminded of a limit, and who. Pure.

Half of the time, a day, four hours, an hour, and the limit itself: each reminds more people than the one
before. Of several that have come at once, as after a weekend without a server, only the latest is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from duecare.words import Text

LEGAL, LEAD, DECIDER = "legal", "lead", "decider"
"""Roles of the plan."""


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder."""

    id: str
    name: Text
    before: timedelta | None
    """How long before the limit; None for half of the time between the event and the limit."""
    roles: tuple[str, ...]
    """Who of the case is told."""
    owners: bool = False
    """Whether the organisation's owners are told as well."""


STEPS = (
    Step("half", Text("half of the time has passed"), None, (LEGAL, LEAD)),
    Step("day", Text("24 hours are left"), timedelta(hours=24), (LEGAL, LEAD)),
    Step("four", Text("4 hours are left"), timedelta(hours=4), (LEGAL, LEAD, DECIDER)),
    Step("hour", Text("1 hour is left"), timedelta(hours=1), (LEGAL, LEAD, DECIDER), True),
    Step("over", Text("the limit has passed"), timedelta(0), (LEGAL, LEAD, DECIDER), True),
)
BY_ID: Mapping[str, Step] = {step.id: step for step in STEPS}


def step_at(started: datetime | None, due: datetime, now: datetime) -> Step | None:
    """The latest step whose moment has come; None before the first. Without a start there is no half.

    A step that would come before the start is none: of a limit of 4 hours nobody is reminded a day before.
    """
    found: Step | None = None
    latest: datetime | None = None
    for step in STEPS:
        at = _moment(step, started, due)
        if at is None or at > now or (started is not None and at < started):
            continue
        if latest is None or at >= latest:
            found, latest = step, at
    return found


def _moment(step: Step, started: datetime | None, due: datetime) -> datetime | None:
    if step.before is not None:
        return due - step.before
    return None if started is None or started >= due else started + (due - started) / 2
