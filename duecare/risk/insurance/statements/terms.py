"""What an insurer statement can be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from duecare.words import Text

KINDS: Mapping[str, str] = {
    "representation": Text("Representation"),
    "warranty": Text("Warranty"),
    "condition": Text("Condition"),
}
"""As the policy says: they differ in what follows if it is untrue."""
ON_THE_DAY, THROUGHOUT = "on the day", "throughout"
CONTINUITY: Mapping[str, str] = {
    ON_THE_DAY: Text("True on that day"),
    THROUGHOUT: Text("True from that day on, throughout a period"),
}
TELL_USUAL = 7
"""Days within which the insurer is told of a change where the policy names none: a target of our own."""


def binds(continuity: str, as_of: date, until: date | None, today: date) -> bool:
    """Whether a statement speaks of a day: one of a single day binds nobody later."""
    return continuity == THROUGHOUT and as_of <= today and (until is None or today <= until)
