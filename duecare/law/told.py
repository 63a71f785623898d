"""What a clock tells: its state, its limits, why, and what a person should answer.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from duecare.law.limits import Limit
from duecare.law.moments import Moment
from duecare.law.saying import Ask
from duecare.law.terms import Clock


class State(StrEnum):
    """What a clock is doing at a moment."""

    NOT_APPLICABLE = "not_applicable"
    NOT_TRIGGERED = "not_triggered"
    WAITING = "waiting_for_trigger"
    RUNNING = "running"
    MET = "met"
    LATE = "late"
    NOT_BINDING = "not_binding"
    NEEDS_DECISION = "needs_human_decision"


@dataclass(frozen=True, slots=True)
class Told:
    """What one clock tells."""

    clock: Clock
    """With its state's own terms put in, where there are such."""
    state: State
    strict_due: Limit | None = None
    """The limit that is enforced; None unless it is counted and the law has a number."""
    legal_latest: Limit | None = None
    """The latest reading that the law bears: information."""
    may_submit_by: Limit | None = None
    """Until when the law lets it go in after a limit on a day of rest: information."""
    with_extension: Limit | None = None
    """Until when an extension would reach that has to be asked for: information."""
    would_be_due: Limit | None = None
    """For what needs a decision or does not bind yet: the strict limit if it ran."""
    target_due: Limit | None = None
    """Our own target where the law has no number: policy, never statute."""
    alternatives: Mapping[str, Limit] | None = None
    """Limits for those of whom a fact is true that is not known to be: name ("small_agent") to limit."""
    triggered: Moment | None = None
    """When that happened from which it is counted."""
    submitted: Moment | None = None
    national_variant: str = ""
    """ISO code of the state whose own term was counted; empty if it is as written."""
    why: tuple[str, ...] = ()
    """The state in sentences."""
    how: tuple[str, ...] = ()
    """The counting in sentences."""
    asks: tuple[Ask, ...] = ()
    """What a person should answer, the most pressing first."""
    rule: str = ""
    """Counting rule with version: "EU_HOURS/1"."""
    calendar: str = ""
    """Calendar with version; empty if none was needed."""

    @property
    def act_by(self) -> datetime | None:
        """By when to act, whatever an open question turns out to be: what boards and reminders go by
        (UTC)."""
        limits = (self.strict_due, self.would_be_due, self.target_due, *(self.alternatives or {}).values())
        if self.state in (State.MET, State.NOT_BINDING):
            return None
        return min((limit.at for limit in limits if limit), default=None)
