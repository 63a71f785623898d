"""Which obligations apply, told from facts of which some may be unknown.

Three answers (Kleene's strong logic of indeterminacy, "Introduction to Metamathematics", section 64): it
applies, it does not, or it cannot be told yet. The last is an answer of its own and never read as a no.
Kleene's tables alone would leave `a or not a` open while `a` is unknown; here a condition is open only if the
missing answers really can turn it either way.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from duecare.law.obligations import (
    AllOf,
    AnyOf,
    Condition,
    Fact,
    Not,
    Obligation,
)

Facts = Mapping[str, bool | None]
"""Answers of the profile by fact id; None, or absent, is not answered."""


class Answer(StrEnum):
    """Whether an obligation applies."""

    APPLIES = "applies"
    DOES_NOT_APPLY = "does not apply"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Applicability:
    """Whether an obligation applies, and why."""

    answer: Answer
    deciding: tuple[str, ...]
    """Given facts that settle the answer on their own, none of which can be spared; empty if it is open, or
    if it applies to everybody (`ALWAYS`)."""
    missing: tuple[str, ...]
    """Facts not given on which the answer still turns; empty if it is settled."""


def applies(obligation: Obligation, facts: Facts) -> Applicability:
    """Whether the obligation applies to an organisation with these facts."""
    condition = obligation.applies_when
    verdict = _decide(condition, facts)
    ids = tuple(dict.fromkeys(facts_in(condition)))
    if verdict is None:
        missing = (id for id in ids if facts.get(id) is None and _turns_on(condition, facts, id))
        return Applicability(Answer.CANNOT_TELL, (), tuple(missing))
    needed = {id: facts[id] for id in ids if facts.get(id) is not None}
    # From the last to the first, so that of two sufficient facts the one that stands first is named.
    for id in reversed(tuple(needed)):
        without = {other: value for other, value in needed.items() if other != id}
        if _decide(condition, without) is verdict:
            needed = without
    return Applicability(Answer.APPLIES if verdict else Answer.DOES_NOT_APPLY, tuple(needed), ())


def displaced(register: Mapping[str, Obligation], answers: Mapping[str, Answer]) -> dict[str, str]:
    """Which obligation applies in the place of another, by that one's id. What does not bind takes nobody's
    place."""
    return {
        general: special.id
        for special in register.values()
        if answers[special.id] is Answer.APPLIES and special.binding
        for general in special.displaces
    }


def facts_in(condition: Condition) -> Iterator[str]:
    """The facts that a condition names, in its order; one that it names twice comes twice."""
    match condition:
        case Fact(id):
            yield id
        case Not(of):
            yield from facts_in(of)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from facts_in(part)


def _reduce(condition: Condition, facts: Facts) -> bool | Condition:
    """What is left of the condition once the given facts are put in."""
    match condition:
        case Fact(id):
            value = facts.get(id)
            return condition if value is None else value
        case Not(of):
            inner = _reduce(of, facts)
            return (not inner) if isinstance(inner, bool) else Not(inner)
        case AllOf(parts) | AnyOf(parts):
            settles = isinstance(condition, AnyOf)
            left: list[Condition] = []
            for part in parts:
                reduced = _reduce(part, facts)
                if not isinstance(reduced, bool):
                    left.append(reduced)
                elif reduced is settles:
                    return settles
            return type(condition)(tuple(left)) if left else not settles


def _decide(condition: Condition, facts: Facts) -> bool | None:
    """True or False where every completion of the facts gives that, else None."""
    rest = _reduce(condition, facts)
    if isinstance(rest, bool):
        return rest
    id, count = Counter(facts_in(rest)).most_common(1)[0]
    # Where every open fact stands once, each part can still be made true or false on its own.
    if count == 1:
        return None
    yes, no = _decide(rest, {id: True}), _decide(rest, {id: False})
    return yes if yes is no else None


def _turns_on(condition: Condition, facts: Facts, id: str) -> bool:
    """Whether some completion of the other facts leaves the answer to this one."""
    yes, no = (_reduce(condition, {**facts, id: value}) for value in (True, False))
    if isinstance(yes, bool):
        return _decide(condition, {**facts, id: False}) is not yes
    if isinstance(no, bool):
        return _decide(condition, {**facts, id: True}) is not no
    differ = AnyOf((AllOf((yes, Not(no))), AllOf((Not(yes), no))))
    return _decide(differ, {}) is not False
