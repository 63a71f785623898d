"""What a plan says, as plain values: roles, the scale of severity, playbooks. Pure.

The same shape is read from the content that ships and from a version of the organisation's own plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Duty:
    """A role in a response."""

    id: str
    """`lead`, `technical`, `scribe`, `communications`, `legal`, `decider`, or one of our own."""
    name: str
    duties: str
    person: str = ""
    """Key of the person who has it as a rule; empty for nobody named."""
    deputy: str = ""


@dataclass(frozen=True, slots=True)
class Severity:
    """A step of the scale."""

    id: str
    """`critical`, `high`, `medium`, `low`, or one of the organisation's own."""
    name: str
    means: str
    hours: int
    """Until somebody acts."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a playbook."""

    id: str
    """Within the playbook."""
    phase: str
    """`cases/phases.py`."""
    role: str
    """Id of a role."""
    what: str
    minutes: int = 0
    """Within how many minutes of the case's opening; 0 for no limit of its own."""


@dataclass(frozen=True, slots=True)
class Playbook:
    """What is done in one kind of incident."""

    id: str
    """`ransomware`, `mail-takeover`, `lost-device`, `data-leak`, `supplier-breach`, `denial-of-service` or
    `insider`."""
    name: str
    signs: str
    """By what it is known."""
    steps: tuple[Step, ...]
    """In the order in which they are begun; phases may return."""
    never: tuple[str, ...] = ()
    """What must not be done: each a sentence that begins "Do not"."""


@dataclass(frozen=True, slots=True)
class PlanContent:
    """A plan."""

    roles: tuple[Duty, ...]
    severities: tuple[Severity, ...]
    """The gravest first."""
    playbooks: Mapping[str, Playbook]
    """By id, in the order in which pages offer them."""
    scope: str = ""
    meeting: str = ""
    """Where those who respond meet and talk when mail and sign-in are down."""
    words: str = ""
