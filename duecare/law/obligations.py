"""The register of obligations: laws, standards and contract terms, to whom each applies and what it asks for.

Read from `content/obligations.yaml`, facts with citations in neutral wording. Every entry carries how far it
was confirmed (`Confidence`), and the register says what it does not cover: neither is ever left out of a
page. This is not legal advice, and the register's own `disclaimer` says so.

Pure: no Django, no clock, no network. A mistake in the file is BadInput that names file, entry and field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from duecare.errors import BadInput
from duecare.program.catalogue import catalogue, read_yaml
from duecare.words import Text

CONTENT = Path(__file__).parent / "content" / "obligations.yaml"


class Kind(StrEnum):
    """By what force something is asked for."""

    LAW = "law"
    REGULATION = "regulation"
    CONTRACT_LAW = "contract_law"
    CONTRACT_STANDARD = "contract_standard"
    PENDING = "law_pending_rule"
    SAFE_HARBOUR = "safe_harbor"
    """Asks for nothing: it rewards those who can prove care."""


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
    """True where every part is; at least one part."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where at least one part is; at least one part."""

    parts: tuple[Condition, ...]


Condition = Fact | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Measure:
    """A safeguard that an obligation asks for."""

    safeguard: str
    """Catalogue id."""
    citation: str
    """Where in the obligation: "Art 32(1)(b)"."""


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
    applies_when: Condition
    measures: tuple[Measure, ...]
    displaces: tuple[str, ...]
    """Ids of obligations that step back where this one applies (a special law before a general one)."""
    confidence: Confidence
    sources: tuple[str, ...]
    """What was read; empty for an entry from general knowledge."""
    duties: tuple[Mapping[str, Any], ...] = field(repr=False)
    """Recurring duties as written in the file, each with `id`, `what`, `cadence`, `citation`."""
    clocks: tuple[Mapping[str, Any], ...] = field(repr=False)
    """Deadlines in an incident as written in the file, each with `id`, `recipient`, `trigger`, `unit`,
    `counting`, `citation`, `confidence`."""
    records: tuple[Mapping[str, Any], ...] = field(repr=False)
    """What must be kept as written in the file, each with `what`, `keep`, `citation`."""

    @property
    def binding(self) -> bool:
        """Whether it can oblige anyone yet: not a proposal, not still to come, not a safe harbour."""
        return self.state in (State.IN_FORCE, State.PHASED) and self.kind is not Kind.SAFE_HARBOUR


@dataclass(frozen=True, slots=True)
class Register:
    """All obligations known to this release."""

    as_of: str
    """ISO date on which the entries were compiled."""
    disclaimer: str
    confidence_levels: Mapping[str, str]
    """What each `Confidence` means, in words."""
    profile_facts: Mapping[str, str]
    """Fact id to the question it answers, in words."""
    obligations: Mapping[str, Obligation]
    """By id, in the file's order."""
    gaps: tuple[str, ...]
    """What is not covered at all, for which counsel must be asked."""


@cache
def register() -> Register:
    """The register that ships with this release (50 to 100 ms the first time)."""
    return parse(CONTENT.read_text("utf-8"), CONTENT.name)


def obligations() -> Mapping[str, Obligation]:
    """All obligations by id."""
    return register().obligations


def profile_facts() -> Mapping[str, str]:
    """The facts about an organisation on which obligations depend: id to description."""
    return register().profile_facts


def parse(text: str, place: str) -> Register:
    """The register written in `text` (YAML). `place` is the file's name, for messages.

    Raises BadInput naming file, entry and field: also for a safeguard, fact, counting rule or obligation
    that is referred to and does not exist.
    """
    content = read_yaml(text, place)
    vocabulary = _get(content, "vocabulary", dict, place)
    facts = _glossary(vocabulary, "profile_facts", f"{place}, vocabulary")
    rules = _get(content, "counting_rules", dict, place)
    found: dict[str, Obligation] = {}
    for number, entry in enumerate(_get(content, "obligations", list, place), start=1):
        obligation = _obligation(entry, f"{place}, obligation {number}", facts, rules)
        if obligation.id in found:
            raise BadInput(
                f"{place}: the id '{obligation.id}' is used twice.", "Give each obligation its own."
            )
        found[obligation.id] = obligation
    for obligation in found.values():
        for other in obligation.displaces:
            _refer(other, found, "obligation", f"{place}, obligation {obligation.id}: the field 'displaces'")
    return Register(
        as_of=_get(content, "as_of", str, place),
        disclaimer=Text(_get(content, "disclaimer", str, place)),
        confidence_levels=_glossary(content, "confidence_levels", place),
        profile_facts=facts,
        obligations=MappingProxyType(found),
        gaps=_texts(content, "coverage_gaps", place),
    )


def _obligation(entry: object, place: str, facts: Mapping[str, str], rules: Mapping[str, Any]) -> Obligation:
    if not isinstance(entry, dict):
        raise BadInput(f"{place} is not a mapping.", "Write its fields as 'name: value'.")
    place = f"{place} ({entry.get('id', 'without an id')})"
    status = _get(entry, "status", dict, place)
    clocks = _rows(entry, "clocks", place, ("id", "recipient", "trigger", "unit", "citation"))
    for clock in clocks:
        where = f"{place}, clock {clock['id']}"
        _refer(_get(clock, "counting", str, where), rules, "counting rule", f"{where}: the field 'counting'")
        _word(clock, "confidence", Confidence, where)
    return Obligation(
        id=_get(entry, "id", str, place),
        name=Text(_get(entry, "name", str, place)),
        kind=_word(entry, "kind", Kind, place),
        citation=_get(entry, "citation", str, place),
        jurisdiction=_get(entry, "jurisdiction", str, place),
        state=_word(status, "state", State, f"{place}, status"),
        since=Text(_get(status, "since", str, f"{place}, status", default="")),
        pending=Text(_get(status, "pending", str, f"{place}, status", default="")),
        applies_when=_condition(entry.get("applies_when"), facts, f"{place}: the field 'applies_when'"),
        measures=_measures(entry, place),
        displaces=_texts(entry, "displaces", place, default=[]),
        confidence=_word(entry, "confidence", Confidence, place),
        sources=_texts(entry, "sources", place),
        duties=_rows(entry, "duties", place, ("id", "what", "cadence", "citation")),
        clocks=clocks,
        records=_rows(entry, "records", place, ("what", "keep", "citation")),
    )


def _condition(tree: object, facts: Mapping[str, str], place: str) -> Condition:
    match tree:
        case str(fact):
            _refer(fact, facts, "profile fact", place)
            return Fact(fact)
        case {"not": part, **rest} if not rest:
            return Not(_condition(part, facts, place))
        case {"all": [_, *_] as parts, **rest} if not rest:
            return AllOf(tuple(_condition(part, facts, place) for part in parts))
        case {"any": [_, *_] as parts, **rest} if not rest:
            return AnyOf(tuple(_condition(part, facts, place) for part in parts))
    raise BadInput(
        f"{place} holds {tree!r}, which is no condition.",
        "Write a fact, {all: [...]} or {any: [...]} with at least one part, or {not: ...}.",
    )


def _measures(entry: Mapping[str, Any], place: str) -> tuple[Measure, ...]:
    rows = _rows(entry, "measures", place, ("use", "citation"))
    for row in rows:
        _refer(row["use"], catalogue(), "safeguard", f"{place}: the field 'measures'")
    return tuple(Measure(row["use"], row["citation"]) for row in rows)


def _rows(
    entry: Mapping[str, Any], name: str, place: str, texts: tuple[str, ...]
) -> tuple[Mapping[str, Any], ...]:
    rows = _get(entry, name, list, place)
    for number, row in enumerate(rows, start=1):
        where = f"{place}: {name}, number {number}"
        if not isinstance(row, dict):
            raise BadInput(f"{where} is not a mapping.", "Write it as {name: value, ...}.")
        for text in texts:
            _get(row, text, str, where)
    ids = [row["id"] for row in rows if "id" in texts]
    if twice := [each for each in ids if ids.count(each) > 1]:
        raise BadInput(f"{place}: {name} has the id '{twice[0]}' twice.", "Give each its own.")
    return tuple(MappingProxyType(_shown(row)) for row in rows)


_SHOWN = frozenset({"what", "recipient", "trigger", "keep"})


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: Text(value) if key in _SHOWN and isinstance(value, str) else value for key, value in row.items()
    }


def _texts(
    entry: Mapping[str, Any], name: str, place: str, default: list[str] | None = None
) -> tuple[str, ...]:
    values = _get(entry, name, list, place, default=default)
    if not all(isinstance(each, str) for each in values):
        raise BadInput(f"{place}: the field '{name}' must list texts only.", "Put each into quotes.")
    return tuple(values)


def _glossary(entry: Mapping[str, Any], name: str, place: str) -> Mapping[str, str]:
    words = _get(entry, name, dict, place)
    for word in words:
        _get(words, word, str, f"{place}, {name}")
    return MappingProxyType({word: Text(told) for word, told in words.items()})


Word = TypeVar("Word", bound=StrEnum)


def _word(entry: Mapping[str, Any], name: str, words: type[Word], place: str) -> Word:
    value = _get(entry, name, str, place)
    try:
        return words(value)
    except ValueError as error:
        raise BadInput(
            f"{place}: the field '{name}' holds '{value}'.", f"Use one of {', '.join(words)}."
        ) from error


def _refer(id: object, existing: Mapping[str, Any], what: str, place: str) -> None:
    if id not in existing:
        raise BadInput(f"{place} names the {what} '{id}', which does not exist.", "Correct or define it.")


_TYPES: Mapping[type, str] = {str: "text", list: "a list", dict: "a mapping"}


def _get(entry: Mapping[str, Any], name: str, kind: type, place: str, default: Any = None) -> Any:
    value = entry.get(name, default)
    if not isinstance(value, kind):
        raise BadInput(f"{place}: the field '{name}' must be {_TYPES[kind]}, not {value!r}.", "Correct it.")
    return value
