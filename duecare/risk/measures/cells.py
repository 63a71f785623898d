"""What a measure changes, needs and cannot be beside, each in one cell of a table: a line for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from duecare.errors import BadInput
from duecare.risk.measures.actions import Change
from duecare.risk.register.named import Names
from duecare.risk.shares import read_share, write_share
from duecare.words import gettext as _

PARTS = 6
"""Of a line behind the scenario: the side, least, likely, most, coverage, reliability."""


def write_changes(effects: Iterable[Mapping[str, Any]], names: Names) -> str:
    """A line an effect: "R-7 Its title; frequency; 20 %; 50 %; 70 %; 80 %; 90 %", in the order of numbers."""
    lines = []
    for one in effects:
        row = names.by_key[one["scenario"]]
        shares = (*one["efficacy"], one["coverage"], one["reliability"])
        told = [str(row), one["on"], *map(write_share, shares)]
        lines.append((row.number, one["on"], "; ".join(told)))
    return "\n".join(line for _number, _on, line in sorted(lines))


def read_changes(text: str, names: Names, kept: Collection[str], place: str) -> list[Change]:
    """What the lines say; `kept` are keys of scenarios that may have ended.

    Raises BadInput that names the line. A title may hold a semicolon, so a line is read from its end.
    """
    found = []
    for number, line in enumerate(lines_of(text), start=1):
        try:
            found.append(_change(line, names, kept))
        except BadInput as error:
            raise BadInput(
                _("Line %(number)s: %(fault)s") % {"number": number, "fault": error.what},
                error.next_step,
                place,
            ) from None
    return found


def write_titles(titles: Iterable[str]) -> str:
    """A line a measure, by title."""
    return "\n".join(sorted((line(one) for one in titles), key=str.casefold))


def read_titles(text: str, known: Mapping[str, str], place: str) -> list[str]:
    """The measures that the lines name, as `known` has them by title in small letters, each once.

    Raises BadInput for a title that is none of them.
    """
    found: dict[str, None] = {}
    for said in lines_of(text):
        if said.casefold() not in known:
            raise BadInput(
                _("No measure on the table is called “%s”, or several are.") % said[:60],
                _("Write its title as it stands there, a line each."),
                place,
            )
        found[known[said.casefold()]] = None
    return list(found)


def unique(titles: Iterable[str]) -> Mapping[str, str]:
    """The titles that only one has, by themselves in small letters."""
    told = [line(one) for one in titles]
    counts = Counter(one.casefold() for one in told)
    return {one.casefold(): one for one in told if counts[one.casefold()] == 1}


def lines_of(text: str) -> Sequence[str]:
    """The lines that hold something, each with single blanks."""
    return [found for one in text.splitlines() if (found := line(one))]


def line(text: str) -> str:
    """A text on one line, with single blanks."""
    return " ".join(text.split())


def _change(text: str, names: Names, kept: Collection[str]) -> Change:
    parts = [one.strip() for one in text.rsplit(";", PARTS)]
    if len(parts) != PARTS + 1:
        raise BadInput(
            _("it takes a scenario and six parts behind it, with semicolons between them."),
            _("Write R-7; frequency; 20 %; 50 %; 70 %; 80 %; 90 %."),
        )
    row = names.find(parts[0], kept=kept)
    least, likely, most, coverage, reliability = (read_share(one) for one in parts[2:])
    return Change(row.key, parts[1].lower(), (least, likely, most), coverage, reliability)
