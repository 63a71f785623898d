"""How far the evidence reaches, in words: every page that shows a posture says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duecare.program.models import Profile
from duecare.words import gettext as _
from duecare.words import ngettext, number


@dataclass(frozen=True, slots=True)
class Reach:
    """How many computers were seen, of how many there are."""

    seen: int
    known: int | None
    """How many the profile says there are; None if it does not."""
    silent: int = 0
    """How many of those that were seen have stopped reporting."""

    @property
    def words(self) -> str:
        if not self.silent:
            return self._words
        stopped = ngettext(
            "%(n)s computer stopped reporting.", "%(n)s computers stopped reporting.", self.silent
        )
        return f"{self._words} {stopped % {'n': number(self.silent)}}"

    @property
    def _words(self) -> str:
        told = {"seen": number(self.seen), "known": number(self.known or 0)}
        if self.known is None:
            seen = ngettext("%(seen)s computer seen", "%(seen)s computers seen", self.seen) % told
            rest = _("how many there are was not said, so nothing is known of the rest.")
            return f"{seen}; {rest}"
        if self.known > self.seen:
            return _("%(seen)s of about %(known)s computers seen; the rest unknown.") % told
        return (
            ngettext(
                "%(seen)s computer seen, of about %(known)s.",
                "%(seen)s computers seen, of about %(known)s.",
                self.seen,
            )
            % told
        )


_count: list[Callable[[], int]] = []
_silent: list[Callable[[], int]] = []


def register_count(function: Callable[[], int]) -> None:
    """Let the area that knows computers say how many it has seen."""
    _count.append(function)


def register_silent(function: Callable[[], int]) -> None:
    """Let the area that knows computers say how many of them have stopped reporting."""
    _silent.append(function)


def reach(profile: Profile | None) -> Reach:
    """The reach of what the pages show."""
    return Reach(
        sum(function() for function in _count),
        profile.computers if profile else None,
        sum(function() for function in _silent),
    )
