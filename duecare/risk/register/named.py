"""Scenarios as a table names them: "R-7", "R-7 and its title", or the title alone. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from duecare.errors import BadInput
from duecare.words import gettext as _

_NUMBERED = re.compile(r"R-?\s?(\d{1,9})\b.*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Named:
    """One scenario that can be named."""

    key: str
    number: int
    title: str

    def __str__(self) -> str:
        """On one line, so that a cell can hold several."""
        return f"R-{self.number} {' '.join(self.title.split())}"


class Names:
    """The scenarios that a table may name: those that stand, and by number others too."""

    def __init__(self, standing: Iterable[Named], others: Iterable[Named] = ()) -> None:
        rows = list(standing)
        titles = Counter(_plain(row.title) for row in rows)
        self._by_title = {_plain(row.title): row for row in rows if titles[_plain(row.title)] == 1}
        self.standing = frozenset(row.key for row in rows)
        """Their keys."""
        self._by_number = {row.number: row for row in [*rows, *others]}
        self.by_key: Mapping[str, Named] = {row.key: row for row in self._by_number.values()}

    def find(self, text: str, place: str = "", kept: Collection[str] = ()) -> Named:
        """The scenario that a cell names; a number counts before every title.

        Raises BadInput for a title that several have, and for one that does not stand, unless it is among the
        keys `kept`.
        """
        numbered = _NUMBERED.fullmatch(text.strip())
        found = self._by_number.get(int(numbered[1])) if numbered else None
        found = found or self._by_title.get(_plain(text))
        if found is None or not (found.key in self.standing or found.key in kept):
            raise BadInput(
                _("No scenario that stands is called “%s”, or several are.") % text.strip()[:60],
                _("Write its number, such as R-7."),
                place,
            )
        return found


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
