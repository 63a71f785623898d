"""By which rules decisions compute, as a number that rises whenever one of them changes. Pure.

A rule is whatever turns the same inputs into figures: how estimates are pooled and safeguards applied
(`register/portfolios.py`), how a year's losses are summed (`curves.py`, `simulating.py`), how an amount is
made of figures (`freezing.py`). Who changes one beyond 1e-9 raises `RULES` and says in `HISTORY` what
changed: an old decision that comes out otherwise then names the change, and nobody has to search for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from duecare.words import Text


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of the rules."""

    number: int
    since: str
    """The release of Duecare that brought it."""
    what: str
    """What it changed, in words."""


HISTORY: tuple[Revision, ...] = (Revision(1, "0.1", Text("The first rules: docs/risk-method.md, format 1.")),)
"""Every revision, oldest first."""
RULES = HISTORY[-1].number
"""The revision in force."""


def changed_since(number: int, history: Sequence[Revision] = HISTORY) -> tuple[Revision, ...]:
    """The revisions after that one, oldest first."""
    return tuple(one for one in history if one.number > number)
