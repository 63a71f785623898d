"""How far the evidence reaches, in words: every page that shows a posture says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duecare.program.models import Profile


@dataclass(frozen=True, slots=True)
class Reach:
    """How many computers were seen, of how many there are."""

    seen: int
    known: int | None
    """How many the profile says there are; None if it does not."""

    @property
    def words(self) -> str:
        seen = f"{self.seen:,} computer{'' if self.seen == 1 else 's'} seen"
        if self.known is None:
            return f"{seen}; how many there are was not said, so nothing is known of the rest."
        rest = self.known - self.seen
        if rest > 0:
            return f"{self.seen:,} of about {self.known:,} computers seen; the rest unknown."
        return f"{seen}, of about {self.known:,}."


_count: list[Callable[[], int]] = []


def register_count(function: Callable[[], int]) -> None:
    """Let the area that knows computers say how many it has seen."""
    _count.append(function)


def reach(profile: Profile | None) -> Reach:
    """The reach of what the pages show."""
    return Reach(sum(function() for function in _count), profile.computers if profile else None)
