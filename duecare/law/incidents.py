"""What is handed to the clocks: the events, facts and places of one incident, and a moment.

An event is something that happened and that some law counts from: awareness, a determination, a payment, a
notice that was sent. A notice is an event `submission_of.<clock>`; where several laws have a clock of that
name, it says which: `submission_of.<obligation>.<clock>`.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from duecare.errors import BadInput
from duecare.law.applies import Answer
from duecare.law.calendars import Closures
from duecare.law.conditions import Facts
from duecare.law.limits import POLICY_HOURS
from duecare.law.moments import Moment, start_of_day
from duecare.law.obligations import Register
from duecare.law.terms import LATEST, SUBMISSION, YEAR_END


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    type: str
    """As the content names it ("awareness"), or `submission_of.<clock>`."""
    moment: Moment
    obligation: str = ""
    """Of which obligation alone it is an event ("us-tx-breach" for a determination under that law); empty:
    all."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What is known at a moment."""

    facts: Facts
    events: tuple[Event, ...]
    now: datetime
    """UTC. What is recorded for a later moment has not happened yet."""
    country: str = ""
    """ISO 3166 code of the place in which the organisation acts, with subdivision if known; empty if not."""
    closures: Closures = field(default_factory=dict)
    """Days without work that no calendar knows, by place."""
    policy_hours: int = POLICY_HOURS
    """Our own target where the law has no number."""

    def happened(self, type: str, obligation: str) -> Moment | None:
        """When an event of this type first happened for this obligation (for `latest_`: last), by now.

        Nothing stands in for it: an event of another type never does.
        """
        plain = type.removeprefix(LATEST).removeprefix(YEAR_END)
        found = [
            event.moment
            for event in self.events
            if event.type == plain and event.obligation in ("", obligation) and event.moment.at <= self.now
        ]
        if not found:
            return None
        choose = max if type.startswith(LATEST) else min
        chosen = choose(found, key=lambda one: one.at)
        return _year_end(chosen) if type.startswith(YEAR_END) else chosen

    def to_come(self, type: str, obligation: str) -> bool:
        """Whether such an event is recorded only for a moment after now."""
        plain = type.removeprefix(LATEST).removeprefix(YEAR_END)
        return any(
            event.type == plain and event.obligation in ("", obligation) and event.moment.at > self.now
            for event in self.events
        )


def _year_end(moment: Moment) -> Moment:
    """31 December of its local year."""
    return Moment(start_of_day(date(moment.day.year, 12, 31), moment.zone), moment.zone, whole_day=True)


def addressed(
    events: Sequence[Event], register: Register, answers: Mapping[str, Answer], displaced: Mapping[str, str]
) -> tuple[Event, ...]:
    """The events, each submission with the one obligation that it is of.

    Raises BadInput for a submission that could be of several obligations, or is of none that is known.
    """
    return tuple(
        _addressed(event, register, answers, displaced) if event.type.startswith(SUBMISSION) else event
        for event in events
    )


def _addressed(
    event: Event, register: Register, answers: Mapping[str, Answer], displaced: Mapping[str, str]
) -> Event:
    first, _dot, rest = event.type.removeprefix(SUBMISSION).partition(".")
    obligation, clock = (first, rest) if rest else (event.obligation, first)
    having = [
        one.id
        for one in register.obligations.values()
        if obligation in ("", one.id) and any(each.id == clock for each in one.clocks)
    ]
    if not having:
        raise BadInput(
            f"The event '{event.type}' names no clock that there is.",
            "Write submission_of.OBLIGATION.CLOCK with names as `duecare law clocks` prints them.",
        )
    ours = [id for id in having if answers[id] is Answer.APPLIES and id not in displaced]
    ours = (
        ours or [id for id in having if answers[id] is Answer.CANNOT_TELL and id not in displaced] or having
    )
    if len(ours) > 1:
        raise BadInput(
            f"The event '{event.type}' could be of {', '.join(ours)}.",
            f"Say which notice was sent: write {SUBMISSION}{ours[0]}.{clock} or another of them.",
        )
    return replace(event, type=f"{SUBMISSION}{clock}", obligation=ours[0])
