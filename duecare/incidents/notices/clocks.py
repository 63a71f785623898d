"""The clocks of a case: what is handed to the law's pure core, and what it tells.

Facts come from the answers of the case and from the profile, events from the entries of the timeline that say
of which event of the law they are, the place from the case. What an answer would stop is told before it is
taken, so that no clock that runs is ever silenced without a person who saw it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from duecare.incidents.cases.models import Case, CaseFact
from duecare.incidents.notices.law_of_case import Law, law_of, profile_facts
from duecare.incidents.timeline.models import TimelineEntry
from duecare.law.answering import answered
from duecare.law.applies import Answer
from duecare.law.clocks import State, Told, tell
from duecare.law.conditions import Facts, Value
from duecare.law.frozen import Frozen
from duecare.law.incidents import Event, Incident
from duecare.law.moments import Moment, tz
from duecare.law.obligations import Register
from duecare.law.terms import PROFILE, SUBMISSION
from duecare.ledger.viewers import Viewer
from duecare.program.queries import profile

RUNS = (State.RUNNING, State.LATE)
"""What an answer does not end in silence."""
STOPPED = (State.NOT_APPLICABLE, State.NOT_TRIGGERED, State.NOT_BINDING)
"""What tells nothing of a limit."""
ENDED = (*STOPPED, State.WAITING)
"""In what a clock that ran no longer does."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the clocks of one case tell at one moment."""

    case: Case
    law: Law
    incident: Incident
    told: tuple[Told, ...]
    facts: Mapping[str, CaseFact]
    """The answers given in the case, by fact."""
    events: tuple[TimelineEntry, ...]
    """The entries that clocks count from, the oldest first."""
    strange: tuple[TimelineEntry, ...]
    """Entries that name an event which no clock of this law knows."""

    @property
    def register(self) -> Register:
        return self.law.content.register

    def of(self, id: str) -> Told | None:
        """What the clock of that id ("eu-gdpr.authority") tells."""
        return next((told for told in self.told if clock_id(told) == id), None)

    def open_laws(self) -> frozenset[str]:
        """The obligations of which it cannot be told whether they apply."""
        content = self.law.content
        found = answered(content.register, self.incident.facts.profile, content.overrides)
        return frozenset(id for id, one in found.items() if one.answer is Answer.CANNOT_TELL)


def clock_id(told: Told) -> str:
    """By what a clock is called in addresses and records: "eu-gdpr.authority"."""
    return f"{told.clock.obligation}.{told.clock.id}"


def facts_of(case: Case, viewer: Viewer) -> Facts:
    """What is answered, of the organisation and in the case: known whether or not its law can be read."""
    rows = CaseFact.objects.all().visible_to(viewer).filter(case=case)
    return Facts(profile_facts(case), {row.fact: row.value for row in rows})


def clocks_of(case: Case, viewer: Viewer, now: datetime) -> Clocks:
    """What the clocks of a case tell at a moment, on the day that is being viewed: five queries at most."""
    rows = TimelineEntry.objects.all().visible_to(viewer).filter(case=case, struck_at=None)
    entries = tuple(rows.exclude(trigger="").order_by("happened_at", "id"))
    facts = {row.fact: row for row in CaseFact.objects.all().visible_to(viewer).filter(case=case)}
    return counted(case, entries, facts, now)


def counted(
    case: Case, entries: Sequence[TimelineEntry], facts: Mapping[str, CaseFact], now: datetime
) -> Clocks:
    """The same from rows that were read already: the board reads those of all cases at once."""
    now = min(now, case.closed_at) if case.closed_at else now
    law = law_of(case)
    law = replace(law, content=law.content.on(now.astimezone(tz(case.zone)).date()))
    content = law.content
    known = [entry for entry in entries if _is_known(entry, content.register)]
    here = profile() if not case.country else None
    incident = Incident(
        facts=Facts(profile_facts(case), {fact: row.value for fact, row in facts.items()}),
        events=tuple(_event(entry) for entry in known),
        now=now,
        country=case.country or (here.country if here else ""),
    )
    return Clocks(
        case,
        law,
        incident,
        tell(incident, content.register, content.overrides),
        facts,
        tuple(known),
        tuple(entry for entry in entries if entry not in known),
    )


def _is_known(entry: TimelineEntry, register: Register) -> bool:
    if not entry.trigger.startswith(SUBMISSION):
        return entry.trigger in register.events
    obligation, _dot, clock = entry.trigger.removeprefix(SUBMISSION).rpartition(".")
    one = register.obligations.get(obligation or entry.obligation)
    return one is not None and any(each.id == clock for each in one.clocks)


def _event(entry: TimelineEntry) -> Event:
    moment = Moment(entry.happened_at, entry.zone, entry.whole_day)
    return Event(entry.trigger, moment, entry.obligation)


# ── What a change would do ───────────────────────────────────────────────────────────────────────────────


def with_answers(clocks: Clocks, answers: Mapping[str, Value | None]) -> tuple[Told, ...]:
    """What the clocks would tell if these facts were answered so; those of the organisation begin with
    `profile.`."""
    before = clocks.incident.facts
    ours = {fact.removeprefix(PROFILE): value for fact, value in answers.items() if fact.startswith(PROFILE)}
    of_case = {fact: value for fact, value in answers.items() if not fact.startswith(PROFILE)}
    facts = Facts(
        {**before.profile, **{fact: None if value is None else bool(value) for fact, value in ours.items()}},
        {**before.incident, **of_case},
    )
    return tell(replace(clocks.incident, facts=facts), clocks.register, clocks.law.content.overrides)


def with_place(clocks: Clocks, place: str) -> tuple[Told, ...]:
    """What they would tell if the case were counted in another place."""
    return tell(replace(clocks.incident, country=place), clocks.register, clocks.law.content.overrides)


def with_law(clocks: Clocks, law: Frozen) -> tuple[Told, ...]:
    """What they would tell under another law. Events that it does not know are left out."""
    known = [entry for entry in (*clocks.events, *clocks.strange) if _is_known(entry, law.register)]
    incident = replace(clocks.incident, events=tuple(map(_event, known)))
    return tell(incident, law.register, law.overrides)


def stopping(before: Iterable[Told], after: Iterable[Told]) -> list[Told]:
    """The clocks that run before and would not after, as they stand before."""
    left = {clock_id(told): told.state for told in after}
    return [
        told
        for told in before
        if told.state in RUNS and left.get(clock_id(told), State.NOT_APPLICABLE) in ENDED
    ]


def differing(before: Iterable[Told], after: Iterable[Told]) -> list[tuple[Told | None, Told | None]]:
    """The clocks that would stand otherwise or end at another time: (before, after), None where there is
    none."""
    was, will = ({clock_id(told): told for told in all} for all in (before, after))
    return [
        (was.get(id), will.get(id))
        for id in dict.fromkeys((*was, *will))
        if _says(was.get(id)) != _says(will.get(id))
    ]


def _says(told: Told | None) -> object:
    if told is None or told.state in STOPPED:
        return None
    return told.state, told.strict_due, told.would_be_due, told.legal_latest
