"""Where a case departs from the plan under which it runs: for whoever leads it, and for its lessons. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from duecare.incidents.plans.content import PlanContent, Step


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the task of a step."""

    step: str
    ended_at: datetime | None
    dropped: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Departure:
    """One thing that was not as planned."""

    what: str
    """`late` (open past its limit), `done late`, `dropped`, `not made` or `unfilled`."""
    step: Step | None = None
    role: str = ""
    """Id of a role that nobody has."""
    limit: datetime | None = None
    ended_at: datetime | None = None
    words: str = ""


def departures(
    content: PlanContent,
    kind: str,
    limits: Mapping[str, datetime],
    tasks: Iterable[Done],
    filled: Iterable[str],
    now: datetime,
) -> list[Departure]:
    """What departs from the plan at a moment, steps in the playbook's order, then roles in the plan's.

    `limits` are of the steps that have one, `filled` the ids of roles that somebody has. Of several tasks of
    one step the one that was done counts, else one that is open, else the last.
    """
    by_step: dict[str, Done] = {}
    for one in tasks:
        known = by_step.get(one.step)
        if known is None or _weight(one) >= _weight(known):
            by_step[one.step] = one
    playbook = content.playbooks.get(kind)
    found = [
        departure
        for step in (playbook.steps if playbook else ())
        if (departure := _of(step, limits.get(step.id), by_step.get(step.id), now)) is not None
    ]
    held = set(filled)
    return found + [Departure("unfilled", role=duty.id) for duty in content.roles if duty.id not in held]


def _weight(one: Done) -> int:
    if one.ended_at is None:
        return 1
    return 0 if one.dropped else 2


def _of(step: Step, limit: datetime | None, task: Done | None, now: datetime) -> Departure | None:
    if task is None:
        return Departure("not made", step, limit=limit)
    if task.dropped:
        return Departure("dropped", step, limit=limit, ended_at=task.ended_at, words=task.words)
    if limit is None:
        return None
    if task.ended_at is None:
        return Departure("late", step, limit=limit) if now > limit else None
    return (
        Departure("done late", step, limit=limit, ended_at=task.ended_at) if task.ended_at > limit else None
    )
