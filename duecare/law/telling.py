"""What the page of one obligation tells, gathered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.law.affected_people import Held, data_sets_of, places_of_ours
from duecare.law.answering import Answered
from duecare.law.applies import Facts, facts_in
from duecare.law.obligations import Gap, Obligation, Register
from duecare.law.terms import PROFILE, Clock
from duecare.law.wording import (
    CONFIDENCES,
    DATES,
    KINDS,
    NOTES,
    STATES,
    cadence_words,
    conditions_words,
    limit_words,
    more_words,
    sources_linked,
    variant_words,
)
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import catalogue
from duecare.program.posture import Standing
from duecare.program.queries import profile, standings


@dataclass(frozen=True, slots=True)
class FactTold:
    """One fact on which the answer turns."""

    id: str
    question: str
    answer: str
    """`yes`, `no` or `unknown`: a word of `web/words.py`."""
    decides: bool


@dataclass(frozen=True, slots=True)
class DutyTold:
    """A duty in words."""

    id: str
    what: str
    cadence: str
    note: str
    citation: str
    condition: str
    """The question about the organisation without which it does not bind; empty if it always does."""
    since: str


@dataclass(frozen=True, slots=True)
class SafeguardTold:
    """A safeguard that is asked for."""

    id: str
    title: str
    citation: str
    standing: Standing | None
    """None where the viewer may not see it."""


@dataclass(frozen=True, slots=True)
class ClockTold:
    """A clock in words."""

    id: str
    recipient: str
    limit: str
    more: list[str]
    tests: list[tuple[str, list[str]]]
    rule: str
    citation: str
    confidence: str
    internal: bool


def facts_told(one: Obligation, found: Answered, facts: Facts, register: Register) -> list[FactTold]:
    """The facts of its condition, the deciding ones first, then the open ones."""
    words = {True: "yes", False: "no", None: "unknown"}
    told = [
        FactTold(
            id,
            str(register.profile_facts[id]),
            words[facts.get(id)],
            id in found.applicability.deciding,
        )
        for id in dict.fromkeys(facts_in(one.applies_when))
    ]
    return sorted(told, key=lambda fact: (not fact.decides, fact.answer != "unknown"))


def told(one: Obligation, register: Register, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """What the page shows of the content."""
    return {
        "kind": _(KINDS[one.kind]),
        "state": _(STATES[one.state]),
        "confidence": _(CONFIDENCES[one.confidence]),
        "confidence_words": register.confidence_levels.get(one.confidence.value, ""),
        "dates": [(_(DATES[name]), written) for name, written in one.dates.items()],
        "duties": list(_duties(one, register)),
        "safeguards": list(_safeguards(one, viewer, now)),
        "clocks": [_clock(clock, register) for clock in one.clocks],
        "variants": [(country, variant_words(each)) for country, each in _our_variants(one)],
        "variants_more": len(one.variants) - len(_our_variants(one)),
        "records": one.records,
        "notes": [(_(NOTES[name]), words) for name, words in one.notes.items()],
        "sources": sources_linked((one.citation, *one.sources)),
        "gaps": gaps_of(one, register),
        "read": date.fromisoformat(one.read),
        **_people(one, viewer),
    }


def gaps_of(one: Obligation, register: Register) -> list[Gap]:
    """What was not surveyed in the place of an obligation."""
    return [] if one.own else [gap for gap in register.gaps if one.jurisdiction in gap.places]


def our_gaps(register: Register, viewer: Viewer) -> tuple[Gap, ...]:
    """What was not surveyed where the organisation is or its people live."""
    return register.uncovered(places_of_ours(viewer))


def _duties(one: Obligation, register: Register) -> Iterator[DutyTold]:
    for duty in one.duties:
        condition = duty.only_if.removeprefix(PROFILE)
        yield DutyTold(
            duty.id,
            str(duty.what),
            cadence_words(duty.cadence),
            str(duty.cadence_note),
            duty.citation,
            str(register.profile_facts.get(condition, "")),
            duty.since,
        )


def _safeguards(one: Obligation, viewer: Viewer, now: datetime) -> Iterator[SafeguardTold]:
    """Each safeguard once, with all places that ask for it."""
    cited: dict[str, list[str]] = {}
    for measure in one.measures:
        cited.setdefault(measure.safeguard, []).append(measure.citation)
    standing: Mapping[str, Standing] = {}
    if cited:
        standing = {row.safeguard.id: row for row in standings(viewer, now)}
    for id, places in cited.items():
        yield SafeguardTold(id, str(catalogue()[id].title), "; ".join(places), standing.get(id))


def _clock(clock: Clock, register: Register) -> ClockTold:
    rule = register.rules[clock.counting]
    return ClockTold(
        clock.id,
        str(clock.recipient),
        limit_words(clock, register),
        more_words(clock, register),
        conditions_words(clock, register),
        str(rule.rule),
        clock.citation,
        _(CONFIDENCES[clock.confidence]),
        clock.internal,
    )


def _our_variants(one: Obligation) -> list[tuple[str, Any]]:
    """How our own state wrote it into its law; all of them where nobody said where we are."""
    here = profile()
    country = here.country if here else ""
    return [(code, each) for code, each in one.variants.items() if country in ("", code)]


def _people(one: Obligation, viewer: Viewer) -> dict[str, Any]:
    """Whose data we hold in its place, as far as the viewer may see."""
    held: list[Held] = data_sets_of(one.jurisdiction, viewer)
    known = [each.people for each in held if each.people is not None]
    return {"held": held, "people": sum(known) if known else None}
