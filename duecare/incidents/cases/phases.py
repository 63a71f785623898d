"""The phases of a response, with the outcomes of CSF 2.0 under which SP 800-61r3 speaks of them. Pure.

NIST SP 800-61r3 (April 2025), section 2, table 1: preparation is GOVERN, IDENTIFY and PROTECT; detection and
response are DETECT, RESPOND and RECOVER; lessons are IDENTIFY.Improvement. Identifiers only, our own words.
"""

from __future__ import annotations

from dataclasses import dataclass

from duecare.words import Text


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase."""

    id: str
    name: Text
    csf: tuple[str, ...]
    """Categories of CSF 2.0."""


PHASES = (
    Phase("prepare", Text("Prepare"), ("GV", "ID.AM", "ID.RA", "PR")),
    Phase("identify", Text("Identify"), ("DE.CM", "DE.AE", "RS.MA", "RS.AN")),
    Phase("contain", Text("Contain"), ("RS.MI", "RS.CO")),
    Phase("eradicate", Text("Eradicate"), ("RS.MI",)),
    Phase("recover", Text("Recover"), ("RC.RP", "RC.CO")),
    Phase("lessons", Text("Draw lessons"), ("ID.IM",)),
)
OF_CASES = tuple(phase.id for phase in PHASES[1:])
"""Those that a case goes through, in their order; it may go back."""


def phase_of(id: str) -> Phase:
    """The phase of that id. Raises KeyError for none."""
    return {phase.id: phase for phase in PHASES}[id]
