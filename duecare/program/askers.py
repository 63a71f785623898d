"""Who asks for a safeguard: registered here by what stands above the spine, the law first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a safeguard: an obligation, or one that may apply."""

    id: str
    name: str
    citation: str
    certain: bool
    """False where it cannot be told from the profile whether it applies."""
    confidence: str


Askers = Callable[[Mapping[str, bool | None]], Mapping[str, Sequence[Asker]]]
_askers: list[Askers] = []


def register_askers(function: Askers) -> None:
    """Let something above (the law) say who asks for each safeguard, given the profile's facts."""
    _askers.append(function)


def registered() -> Sequence[Askers]:
    """The functions that were registered."""
    return tuple(_askers)
