"""What a clock is made of: the words of the law about one limit, before anything has happened.

A clock counts an amount of a unit from a trigger (an event type) by a counting rule, for those whose facts
meet its tests. All of it is content; `clocks.py` says what a clock tells at a moment.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SUBMISSION = "submission_of."
"""Begins an event type that stands for handing in what another clock asks for: `submission_of.initial`."""
LATEST = "latest_"
"""Before such a type: the last of several, where the law counts from that one."""
YEAR_END = "end_of_calendar_year_of_"
"""Before an event type: the last day of the year in which it happened."""
PROFILE = "profile."
"""Begins a fact of the organisation; all others are of the incident."""


class Unit(StrEnum):
    """In what a limit is told."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"
    UNDELAYED = "undelayed"
    """Promptly, without undue delay, as soon as possible: the law has no number."""


@dataclass(frozen=True, slots=True)
class CountingRule:
    """How limits of some law are counted, as `counting.py` does it."""

    id: str
    """"EU_HOURS"."""
    version: int
    """Raised with any change of what the rule gives; an answer names it, an incident freezes it."""
    basis: str
    """Where it is written; empty where it is general usage."""
    rule: str
    """In words."""

    @property
    def name(self) -> str:
        """Rule and version: "EU_HOURS/1"."""
        return f"{self.id}/{self.version}"


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on one fact: [affected_individuals, ">=", 500]."""

    __test__ = False  # not one of pytest's

    fact: str
    operator: str
    """"==", ">", ">=", "<" or "<="."""
    value: bool | int | str


@dataclass(frozen=True, slots=True)
class Override:
    """Another amount for those of whom a fact is true. It counts only once the fact is known to be true."""

    named: str
    """What to call it: "small_agent"."""
    fact: str
    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Backstop:
    """A second limit from another event: whichever ends first binds.

    Where the trigger itself came only after the backstop had ended, the trigger's own limit holds alone.
    """

    trigger: str
    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Extension:
    """More time on a condition; for information, the limit stays."""

    amount: int
    unit: Unit
    condition: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a state counts otherwise in one clock; None where it leaves it as it is."""

    trigger: str | None
    amount: int | None
    unit: Unit | None
    counting: str | None


@dataclass(frozen=True, slots=True)
class Variant:
    """How a state transposed a directive."""

    country: str
    moves: bool | None
    """Whether it changes a term or its start; None where that is unsettled or there is no act."""
    act: str
    in_force: str
    note: str
    clocks: Mapping[str, Change]


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit that runs when something happened."""

    obligation: str
    """Obligation id."""
    id: str
    """Unique in its obligation: "authority"."""
    recipient: str
    trigger: str
    """The event type from which it runs."""
    start_from: str
    """An event type from which it is counted once the trigger is there; empty: from the trigger."""
    amount: int | None
    """None where the law has no number."""
    unit: Unit
    counting: str
    """Id of the counting rule."""
    when: tuple[Test, ...]
    """All must be true for it to run; an unknown one asks a person."""
    when_any: tuple[Test, ...]
    """At least one must be true. It runs while none is known to be true and any is still open."""
    unless: tuple[Test, ...]
    """One that is known to be true stops it; an unknown one never does."""
    override: Override | None
    backstop: Backstop | None
    extension: Extension | None
    no_relief_if: str
    """A fact of those for whom a weekend brings no relief; only with the rule DORA_RTS; else empty."""
    without_delay: bool
    """Whether the limit is only the outer one of "without undue delay"."""
    soft: bool
    """Whether the number is an authority's reading, not the law's."""
    internal: bool
    """Whether it limits one's own work (an assessment) and nobody is to be told."""
    binding: bool
    """False for what is only proposed."""
    binding_from: date | None
    """What happened before that day does not start it."""
    delay: str
    """Who may allow more time, and when; empty if nobody."""
    notes: tuple[str, ...]
    """What else is to be known, in words."""
    citation: str
    confidence: str
    """One of `Confidence`."""
    version: str
    """Of the content from which it was read."""
