"""The register of obligations: laws, standards and contract terms, to whom each applies and what it asks for.

Read from `content/`, facts with citations in neutral wording, one file a jurisdiction; docs/obligations.md
tells contributors the shape, and `reading.py` holds every file to it. Every entry carries how far it was
confirmed (`Confidence`), and the register says what it does not cover: neither is ever left out of a page.
This is not legal advice, and the register's own `disclaimer` says so.

The content has a version. Every duty and every clock carries it, so that a task made from a duty, or an
incident counted by a clock, can say by which words of which day it was made.

What a clock is made of stands in `terms.py`; what it says at a moment, `clocks.py` tells.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from duecare.law.terms import Clock, CountingRule, Variant

CONTENT = Path(__file__).parent / "content"
OWN = "own-"
"""Begins the id of an obligation that the organisation added itself, and no other."""


class Kind(StrEnum):
    """By what force something is asked for."""

    LAW = "law"
    REGULATION = "regulation"
    CONTRACT_LAW = "contract_law"
    CONTRACT_STANDARD = "contract_standard"
    PENDING = "law_pending_rule"
    CONTRACT = "contract"
    """A contract of this organisation. This and the next two are for its own obligations (`own/`)."""
    STANDARD = "standard"
    """A standard that it follows by its own choice, or by a promise."""
    GROUP_POLICY = "group_policy"
    """A policy of the group that it belongs to, or of its owner."""
    SAFE_HARBOUR = "safe_harbor"
    """Asks for nothing: it rewards those who can prove care. A breach law told with it may still bind."""


class State(StrEnum):
    """Whether it binds on the register's `as_of` day."""

    IN_FORCE = "in_force"
    PHASED = "phased"
    FUTURE = "future"
    PROPOSED = "proposed"


class Confidence(StrEnum):
    """How far an entry was confirmed, best first; the register says what each means."""

    IN_SOURCE = "verified-in-source"
    SECONDARY = "verified-secondary"
    FROM_KNOWLEDGE = "from-knowledge"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Fact:
    """A leaf of a condition: true where the profile answers this fact with yes."""

    id: str


@dataclass(frozen=True, slots=True)
class Not:
    """True where `of` is false."""

    of: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where every part is; at least one part, but in `ALWAYS`."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where at least one part is; at least one part."""

    parts: tuple[Condition, ...]


Condition = Fact | Not | AllOf | AnyOf
ALWAYS = AllOf(())
"""The condition of what applies whatever the facts are: a contract that was signed."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A safeguard that an obligation asks for."""

    safeguard: str
    """Catalogue id."""
    citation: str
    """Where in the obligation: "Art 32(1)(b)"."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What an obligation asks for on ordinary days, again and again."""

    obligation: str
    """Obligation id."""
    id: str
    """Unique in its obligation: "dpia"."""
    what: str
    cadence: str
    """An ISO 8601 duration of months or years ("P6M"), "continuous", "event", "before_event", "once" or
    "fixed_date:MM-DD"."""
    cadence_note: str
    """Whether the number is law or our default; empty where it is law."""
    citation: str
    only_if: str
    """A profile fact without which it does not bind; empty if it always does."""
    since: str
    """ISO date from which it binds, where that is later than the obligation; else empty."""
    confidence: Confidence
    """Its own, or else its obligation's."""
    version: str
    """Of the content from which it was read."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What an obligation wants kept, and for how long."""

    obligation: str
    what: str
    keep: str
    """A time in words; it says where the number is a default of ours."""
    citation: str


@dataclass(frozen=True, slots=True)
class Obligation:
    """A law, standard or contract term that may apply."""

    id: str
    """Never reused: "eu-gdpr"."""
    name: str
    """As people call it: "General Data Protection Regulation"."""
    kind: Kind
    citation: str
    """Where it is to be found."""
    jurisdiction: str
    """ISO 3166 code, with subdivision where it is narrower ("US-NY"); "EU" or "GLOBAL"."""
    state: State
    since: str
    """Since when, or from when: a date, or dates in words; empty for a proposal."""
    pending: str
    """A change under way, in words; empty if none is known."""
    dates: Mapping[str, str]
    """Further days of its life by name, as written: `amended`, `full_from`, `comply_by`."""
    applies_when: Condition
    measures: tuple[Measure, ...]
    displaces: tuple[str, ...]
    """Ids of obligations that step back where this one applies (a special law before a general one)."""
    duties: tuple[Duty, ...]
    clocks: tuple[Clock, ...]
    """Limits that run when something happened."""
    variants: Mapping[str, Variant]
    """How states transposed it, by ISO 3166 code; empty where it binds as it stands."""
    variants_source: str
    records: tuple[Keeping, ...]
    penalties_max: str
    notes: Mapping[str, str]
    """What else is to be known, in words, by name: `note`, `exemptions`, `effect`, `late`."""
    details: Mapping[str, Any] = field(repr=False)
    """Figures of its own that no program reads: `classification`, `thresholds`."""
    confidence: Confidence
    sources: tuple[str, ...]
    """What was read; empty for an entry from general knowledge."""
    read: str
    """ISO date on which its jurisdiction's file was last compared with the sources."""
    version: str
    """Of the content from which it was read; one of the organisation's own has versions of its own."""

    @property
    def own(self) -> bool:
        """Whether the organisation added it itself."""
        return self.id.startswith(OWN)

    @property
    def binding(self) -> bool:
        """Whether it can oblige anyone yet: not a proposal, not still to come, not a safe harbour."""
        return self.in_effect and self.kind is not Kind.SAFE_HARBOUR

    @property
    def in_effect(self) -> bool:
        """Whether its words hold yet, whatever they ask for."""
        return self.state in (State.IN_FORCE, State.PHASED)


@dataclass(frozen=True, slots=True)
class Gap:
    """What was not surveyed at all, for which counsel must be asked."""

    places: tuple[str, ...]
    """ISO 3166 codes; "EU" or "GLOBAL"."""
    what: str


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """A question about an incident on which a clock turns."""

    asks: str
    """The question in words."""
    answer: str | tuple[str, ...]
    """"yes_no", "number", or the words to choose from."""


@dataclass(frozen=True, slots=True)
class Register:
    """All obligations known to this release."""

    version: str
    """Of the content as a whole: cited by every duty and clock."""
    as_of: str
    """ISO date on which the entries were compiled."""
    disclaimer: str
    confidence_levels: Mapping[str, str]
    """What each `Confidence` means, in words."""
    profile_facts: Mapping[str, str]
    """Fact id to the question it answers, in words."""
    incident_facts: Mapping[str, IncidentFact]
    events: Mapping[str, str]
    """Event type to what happened, in words that go on from "when"."""
    rules: Mapping[str, CountingRule]
    """How limits are counted, by id."""
    obligations: Mapping[str, Obligation]
    """By id, jurisdiction by jurisdiction, in the files' order."""
    gaps: tuple[Gap, ...]

    def uncovered(self, places: Iterable[str]) -> tuple[Gap, ...]:
        """The gaps that matter to those who are, or whose people are, in these places (ISO 3166 codes)."""
        here = {place.upper() for place in places if place}
        here |= {place.partition("-")[0] for place in here} | {"GLOBAL"}
        if here & EEA:
            here.add("EU")
        return tuple(gap for gap in self.gaps if here & set(gap.places))


EEA = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IS", "IT", "LI",
    "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
})  # fmt: skip
"""ISO 3166 codes of the member states of the European Union, and of Iceland, Liechtenstein and Norway."""


@cache
def register() -> Register:
    """The register that ships with this release (about 100 ms the first time)."""
    from duecare.law.reading import read

    return read(CONTENT)


def obligations() -> Mapping[str, Obligation]:
    """All obligations by id."""
    return register().obligations


def profile_facts() -> Mapping[str, str]:
    """The facts about an organisation on which obligations depend: id to description."""
    return register().profile_facts
