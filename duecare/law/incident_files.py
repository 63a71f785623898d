"""An incident as JSON, and what the clocks tell of it as JSON: the shapes of `duecare law clocks FILE
--json`.

In: `{profile: {fact: bool}, country, zone, now, facts: {fact: value}, events: [{type, at, zone?,
obligation?}], closures?: {place: [day]}, policy_hours?}`, with names as in the content. Names that nobody
knows are refused: a fact misspelt would be a fact unknown, and a limit with it.

Out: `{clocks: [...], content, as_of, disclaimer, gaps}` (`terminal.py`); limits are days or local times with
their offset.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from duecare.errors import BadInput
from duecare.law import fields
from duecare.law.answering import Answered, answered, told_answer
from duecare.law.calendars import calendar
from duecare.law.clocks import Told
from duecare.law.conditions import Facts, Value
from duecare.law.incidents import Event, Incident
from duecare.law.limits import POLICY_HOURS, Limit
from duecare.law.moments import known_zone, moment
from duecare.law.obligations import Register
from duecare.law.terms import SUBMISSION

INPUT = ("profile", "country", "zone", "now", "facts", "events", "closures", "policy_hours")
PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
RESIDENTS = "residents_affected."
"""Begins a number of people affected by place; also for places of which no clock asks."""


def incident(written: object, register: Register) -> Incident:
    """The incident of a JSON object. Raises BadInput naming the field."""
    whole = fields.known(written, "The input", INPUT)
    zone = _optional(whole, "zone")
    if zone:
        known_zone(zone, "zone")
    now = moment(fields.get(whole, "now", str, "The input"), zone, "now")
    if now.whole_day:
        raise BadInput("now: a day alone will not do.", "Write the time as well: 2026-11-23T14:30.", "now")
    hours = fields.get(whole, "policy_hours", int, "The input", default=POLICY_HOURS)
    if not 1 <= hours <= 8760:
        raise BadInput(f"policy_hours: {hours} is no target.", "Write a number of hours from 1 to 8760.")
    return Incident(
        facts=Facts(profile(whole, register), _facts(whole, register)),
        events=tuple(_events(whole, zone, register)),
        now=now.at,
        country=_place(country, "country") if (country := _optional(whole, "country")) else "",
        closures=_closures(whole),
        policy_hours=hours,
    )


def _place(written: str, field: str) -> str:
    """An ISO 3166 code, with subdivision if given, of a country that has a calendar."""
    code = written.upper()
    if not PLACE.fullmatch(code):
        raise BadInput(
            f"{field}: '{written}' is no place.", "Write a code such as DE, US-NY or AU-NSW.", field
        )
    calendar(code)
    return code


def profile(whole: Mapping[str, Any], register: Register) -> dict[str, bool | None]:
    """The facts of the organisation: true, false, or null for what is not known."""
    found = fields.get(whole, "profile", dict, "The input", default={})
    for fact, value in found.items():
        fields.refer(fact, register.profile_facts, "profile fact", "profile")
        if not (value is None or isinstance(value, bool)):
            raise BadInput(f"profile, {fact}: {value!r} is no answer.", "Write true, false or null.", fact)
    return dict(found)


def _facts(whole: Mapping[str, Any], register: Register) -> dict[str, Value | None]:
    found = fields.get(whole, "facts", dict, "The input", default={})
    for fact, value in found.items():
        known = register.incident_facts.get(fact)
        if not (known is None and fact.startswith(RESIDENTS)):
            fields.refer(fact, register.incident_facts, "incident fact", "facts")
        answer = known.answer if known else "number"
        fits = (
            value is None
            or (answer == "yes_no" and isinstance(value, bool))
            or (answer == "number" and isinstance(value, int) and not isinstance(value, bool) and value >= 0)
            or (isinstance(answer, tuple) and value in answer)
        )
        if not fits:
            choices = {"yes_no": "true or false", "number": "a whole number"}
            told = choices[answer] if isinstance(answer, str) else " or ".join(answer)
            raise BadInput(f"facts, {fact}: {value!r} is no answer.", f"Write {told}, or null.", fact)
    return dict(found)


def _events(whole: Mapping[str, Any], zone: str | None, register: Register) -> Any:
    for number, entry in enumerate(fields.get(whole, "events", list, "The input", default=[]), start=1):
        place = f"events, number {number}"
        row = fields.known(entry, place, ("type", "at", "zone", "obligation"))
        type = fields.get(row, "type", str, place)
        if not type.startswith(SUBMISSION):
            fields.refer(type, register.events, "event", place)
        if obligation := _optional(row, "obligation", place) or "":
            fields.refer(obligation, register.obligations, "obligation", place)
        at = fields.get(row, "at", str, place)
        yield Event(type, moment(at, _optional(row, "zone", place) or zone, place), obligation)


def _closures(whole: Mapping[str, Any]) -> dict[str, frozenset[date]]:
    found = fields.get(whole, "closures", dict, "The input", default={})
    return {
        _place(place, "closures"): frozenset(
            each
            for number, day in enumerate(fields.texts(found, place, "closures"))
            if (each := fields.day({"day": day}, "day", f"closures, {place}, number {number + 1}"))
        )
        for place in found
    }


def _optional(entry: Mapping[str, Any], name: str, place: str = "The input") -> str | None:
    return None if entry.get(name) is None else str(fields.get(entry, name, str, place))


def answer(told: Told) -> dict[str, Any]:
    """What a clock tells, as JSON."""
    clock = told.clock
    found: dict[str, Any] = {
        "obligation": clock.obligation,
        "clock": clock.id,
        "recipient": str(clock.recipient),
        "state": told.state.value,
        "strict_due": _limit(told.strict_due),
        "legal_latest": _limit(told.legal_latest),
        "may_submit_by": _limit(told.may_submit_by),
        "with_extension": _limit(told.with_extension),
        "would_be_due": _limit(told.would_be_due),
        "target_due": _limit(told.target_due),
        "trigger": clock.trigger,
        "triggered_at": told.triggered.written() if told.triggered else None,
        "submitted_at": told.submitted.written() if told.submitted else None,
        "national_variant": told.national_variant or None,
        "why": " ".join((*told.why, *told.how)),
        "asks": [{"about": ask.about, "id": ask.id, "question": ask.question} for ask in told.asks],
        "citation": clock.citation,
        "confidence": clock.confidence,
        "soft": clock.soft,
        "internal": clock.internal,
        "without_delay": clock.without_delay,
        "delay": str(clock.delay) or None,
        "notes": [str(note) for note in clock.notes],
        "rule": told.rule or None,
        "calendar": told.calendar or None,
        "content": clock.version,
    }
    return found | {name: limit.written() for name, limit in (told.alternatives or {}).items()}


def _limit(limit: Limit | None) -> str | None:
    return limit.written() if limit else None


def applicability(written: object, register: Register) -> list[dict[str, Any]]:
    """Whether each obligation applies, as JSON, for an input of the same shape; only its profile counts."""
    facts = profile(fields.known(written, "The input", INPUT), register)
    return answers_json(answered(register, facts), register)


def answers_json(found: Mapping[str, Answered], register: Register) -> list[dict[str, Any]]:
    """The same of answers that are there already, each with what people say instead, if they do.

    `found` may hold some of the register's obligations: only these are told.
    """
    return [
        {
            "obligation": one.id,
            "name": str(one.name),
            **_answered(found[one.id], register),
            "binding": one.binding,
            "citation": one.citation,
            "confidence": one.confidence.value,
            "content": one.version,
        }
        for one in register.obligations.values()
        if one.id in found
    ]


def _answered(found: Answered, register: Register) -> dict[str, Any]:
    return {
        "answer": found.answer.value,
        "deciding": list(found.applicability.deciding),
        "missing": list(found.missing),
        "why": told_answer(found, register),
        "overridden": _overridden(found),
        "displaced_by": found.displaced_by,
    }


def _overridden(found: Answered) -> dict[str, Any] | None:
    if (said := found.override) is None:
        return None
    until = said.until.isoformat() if said.until else None
    return {"says": found.applicability.answer.value, "reason": said.reason, "by": said.by, "until": until}
