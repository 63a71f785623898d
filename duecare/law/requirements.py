"""Which safeguards the obligations that apply, or may apply, ask for.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duecare.law.answering import Answered
from duecare.law.applies import Answer
from duecare.law.obligations import Confidence, Register


@dataclass(frozen=True, slots=True)
class Requirement:
    """That an obligation asks, or may ask, for a safeguard."""

    obligation: str
    """Obligation id."""
    name: str
    """The obligation's name."""
    citation: str
    """Where in the obligation the safeguard is asked for."""
    answer: Answer
    """APPLIES or CANNOT_TELL."""
    confidence: Confidence
    """How far the obligation's entry was confirmed."""
    binding: bool
    """False for a proposal, a law still to come and a safe harbour, which ask for nothing today."""
    displaced_by: str
    """Id of an obligation that applies in this one's place; empty if there is none."""


def required_by(register: Register, answers: Mapping[str, Answered]) -> Mapping[str, Sequence[Requirement]]:
    """Who asks for each safeguard: catalogue id to requirements, those that apply before the open ones.

    Obligations that do not apply are left out, and so are safeguards that nobody asks for.
    """
    found: dict[str, list[Requirement]] = {}
    for each in register.obligations.values():
        answer = answers[each.id]
        if answer.answer is Answer.DOES_NOT_APPLY:
            continue
        for measure in each.measures:
            requirement = Requirement(
                each.id,
                each.name,
                measure.citation,
                answer.answer,
                each.confidence,
                each.binding,
                answer.displaced_by,
            )
            found.setdefault(measure.safeguard, []).append(requirement)
    for requirements in found.values():
        requirements.sort(key=lambda each: (each.answer is Answer.CANNOT_TELL, each.name))
    return found
