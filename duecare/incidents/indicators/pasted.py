"""Many indicators at once, a line each, judged one by one. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from duecare.errors import BadInput
from duecare.incidents.indicators.kinds import MOST, Found, read
from duecare.words import gettext as _
from duecare.words import number


@dataclass(frozen=True, slots=True)
class Line:
    """One line that somebody pasted."""

    number: int
    text: str
    found: Found | None
    """None if it cannot be used."""
    there: bool = False
    """Whether the case has it already, or an earlier line does."""
    fault: str = ""


def read_lines(text: str, kind: str, known: Collection[tuple[str, str]]) -> list[Line]:
    """The lines that hold something; `known` are the (kind, value) that the case has.

    Raises BadInput if there is none, or there are too many.
    """
    seen = set(known)
    found: list[Line] = []
    for place, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found.append(_line(place, line, kind, seen))
        if len(found) > MOST:
            raise BadInput(
                _("At most %s lines are taken at once.") % number(MOST), _("Send the rest after."), "text"
            )
    if not found:
        raise BadInput(_("There is nothing in it."), _("Write one sign on each line."), "text")
    return found


def _line(place: int, line: str, kind: str, seen: set[tuple[str, str]]) -> Line:
    try:
        found = read(line, kind)
    except BadInput as error:
        return Line(place, line.strip()[:200], None, fault=f"{error.what} {error.next_step}")
    sign = (found.kind, found.value)
    there = sign in seen
    seen.add(sign)
    return Line(place, line.strip()[:200], found, there)
