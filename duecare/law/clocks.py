"""The clocks of the law: for one incident and one moment, which limits run, until when, and why.

    register = obligations.register()
    told = tell(Incident(facts, events, now, country="DE"), register)

One `Told` for every clock of the register, also for those that do not run: what does not apply says by which
fact, what is open says which question to answer. From a `Told` a page, a reminder, a draft of a notice or a
frozen record needs nothing more: it carries the limits, the counting in words, the questions, the citation
with its confidence, and the versions of content, rule and calendar by which it was counted.

States (`State`), in the order in which they are tried:

- `not_applicable`: the obligation does not bind this organisation, or a special one has taken its place.
- `not_binding`: a proposal, or a law still to come; `would_be_due` tells what it would ask, as advice.
- `not_triggered`: a fact says that this notice is not owed.
- `needs_human_decision`: a fact is missing on which it turns; `asks` holds the questions, `would_be_due` the
  limit that holds if the answer is yes. A person in doubt acts by that one.
- `waiting_for_trigger`: it is owed, but the event it is counted from has not happened. No other event stands
  in.
- `running`, `met`, `late`: counted. Late is whoever passes `strict_due`, which may be stricter than the law;
  `legal_latest`, `may_submit_by` and `with_extension` are information and never make a late notice timely
  here.

A limit "without undue delay" has no number: it runs until the notice is sent, with a target of our own.

Pure: no Django, no clock, no network. 114 clocks take a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from duecare.law.answering import NOBODY, Answered, Overridings, answered, told_overriding
from duecare.law.applies import Answer
from duecare.law.conditions import Met, met
from duecare.law.dues import as_transposed, place_of, with_limits
from duecare.law.incidents import Incident, addressed
from duecare.law.limits import Where
from duecare.law.obligations import Obligation, Register
from duecare.law.obligations import State as Force
from duecare.law.saying import (
    Ask,
    ask_event,
    ask_fact,
    ask_place,
    ask_time,
    told_binding,
    told_deciding,
    told_displaced,
    told_late,
    told_tests,
    told_variant,
    told_waiting,
)
from duecare.law.terms import PROFILE, SUBMISSION, Clock, Unit
from duecare.law.told import State, Told
from duecare.words import gettext as _

__all__ = ["State", "Told", "binds", "tell"]


def tell(incident: Incident, register: Register, overrides: Overridings = NOBODY) -> tuple[Told, ...]:
    """What every clock of the register tells of the incident at its moment, in the register's order.

    `overrides` are what people say of whether obligations apply (`answering.py`). Raises BadInput for a
    submission that could be of several obligations, and for a place without a calendar.
    """
    found = answered(register, incident.facts.profile, overrides)
    answers = {id: each.answer for id, each in found.items()}
    instead = {id: each.displaced_by for id, each in found.items() if each.displaced_by}
    incident = replace(incident, events=addressed(incident.events, register, answers, instead))
    return tuple(
        _tell(clock, one, found[one.id], incident, register)
        for one in register.obligations.values()
        for clock in one.clocks
    )


def _tell(clock: Clock, one: Obligation, answer: Answered, incident: Incident, register: Register) -> Told:
    if answer.answer is Answer.DOES_NOT_APPLY:
        said = answer.override
        why = told_overriding(said) if said else told_deciding(answer.applicability.deciding, register)
        return Told(clock, State.NOT_APPLICABLE, why=(why,))
    if answer.displaced_by:
        return Told(clock, State.NOT_APPLICABLE, why=(told_displaced(answer.displaced_by, register),))
    clock, country = as_transposed(clock, one, incident)
    trigger = incident.happened(clock.trigger, clock.obligation)
    start = incident.happened(clock.start_from, clock.obligation) if clock.start_from and trigger else trigger
    told = Told(clock, State.WAITING, national_variant=country, rule=register.rules[clock.counting].name)
    place = place_of(clock, one, incident, country)
    homeless = clock.counting == "BUSINESS_DAYS_LOCAL" and not place
    if start and not homeless:
        told = with_limits(told, start, Where(place, incident.closures, incident.policy_hours), incident)
    if not binds(clock, one, trigger.day if trigger else incident.now.date()):
        return _aside(told, State.NOT_BINDING, (told_binding(clock, one),), ())
    meets = met(clock, incident.facts)
    if meets.verdict is False:
        settled = (told_tests(meets.deciding, meets.stopped, register),)
        return Told(clock, State.NOT_TRIGGERED, why=settled, national_variant=country)
    asks = tuple(_questions(clock, one, answer, meets, incident, register))
    told = replace(told, why=tuple(filter(None, (*told.why, told_variant(clock, one, incident.country)))))
    if answer.answer is Answer.CANNOT_TELL or meets.verdict is None:
        return _undecided(
            told, incident, asks, _("A person has to decide: a fact is not known on which it turns.")
        )
    if not start:
        missing = clock.start_from if trigger else clock.trigger
        waiting = told_waiting(missing, incident.to_come(missing, clock.obligation), register)
        first = ask_event(missing, register)
        return replace(told, why=(waiting, *told.why), asks=(first, *asks))
    if homeless:
        why = _("Business days need a place, and none is known.")
        return _aside(told, State.NEEDS_DECISION, (why, *told.why), (ask_place(), *asks))
    return _standing(told, incident, asks)


def binds(clock: Clock, one: Obligation, day: date) -> bool:
    """Whether the clock can oblige anyone by something that happens on that day."""
    if not clock.binding or one.state is Force.PROPOSED:
        return False
    return day >= clock.binding_from if clock.binding_from else one.in_effect


def _questions(
    clock: Clock, one: Obligation, answer: Answered, meets: Met, incident: Incident, register: Register
) -> Iterator[Ask]:
    """What to answer, in the order in which it matters."""
    for fact in answer.missing:
        yield ask_fact(f"{PROFILE}{fact}", register)
    for fact in meets.missing:
        yield ask_fact(fact, register)
    for fact in (clock.override.fact if clock.override else "", clock.no_relief_if):
        if fact and incident.facts.get(fact) is None:
            yield ask_fact(fact, register)
    if clock.backstop and not incident.happened(clock.backstop.trigger, clock.obligation):
        yield ask_event(clock.backstop.trigger, register)
    if one.variants and not incident.country:
        yield ask_place()


def _undecided(told: Told, incident: Incident, asks: tuple[Ask, ...], why: str) -> Told:
    """Met all the same, if what may be owed was sent in time: then nothing is left to decide."""
    sent = told.submitted
    if sent and told.triggered and _in_time(sent.last, told):
        return replace(told, state=State.MET, why=(_("The notice was sent in time."), *told.why), asks=asks)
    return _aside(told, State.NEEDS_DECISION, (why, *told.why), asks)


def _in_time(sent: datetime, told: Told) -> bool:
    """Whether it was, whatever the open questions turn out to be."""
    limits = (told.strict_due, *(told.alternatives or {}).values())
    return all(limit is None or sent <= limit.at for limit in limits)


def _aside(told: Told, state: State, why: tuple[str, ...], asks: tuple[Ask, ...]) -> Told:
    """A state in which nothing is enforced: its limit is only what would be."""
    return replace(
        told, state=state, would_be_due=told.strict_due, strict_due=None, legal_latest=None,
        may_submit_by=None, with_extension=None, why=why, asks=asks,
    )  # fmt: skip


def _standing(told: Told, incident: Incident, asks: tuple[Ask, ...]) -> Told:
    """Running, met or late; or a question for a time, where only a day is known and hours count."""
    limit, sent, start = told.strict_due, told.submitted, told.triggered
    if start and start.whole_day and told.clock.unit is Unit.HOURS:
        why = _("Only the day is known, and hours count: at its start, to be on the safe side.")
        return _undecided(told, incident, (ask_time(told.clock.start_from or told.clock.trigger), *asks), why)
    if sent and _in_time(sent.last, told):
        return replace(told, state=State.MET, why=(_("The notice was sent in time."), *told.why), asks=asks)
    if sent and (limit is None or sent.last <= limit.at):
        why = _("Whether the notice was sent in time turns on a question that is open.")
        return _aside(told, State.NEEDS_DECISION, (why, *told.why), asks)
    if sent and limit and sent.at <= limit.at:
        why = _("The notice was sent on the day of the limit; whether in time turns on the hour.")
        return _aside(
            told, State.NEEDS_DECISION, (why, *told.why), (ask_time(f"{SUBMISSION}{told.clock.id}"), *asks)
        )
    after = sent.at if sent else incident.now
    if limit is None or after <= limit.at:
        return replace(told, state=State.RUNNING, asks=asks)
    why = told_late(sent is not None, after, told.legal_latest, told.may_submit_by)
    return replace(told, state=State.LATE, why=(why, *told.why), asks=asks)
