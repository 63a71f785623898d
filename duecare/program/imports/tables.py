"""A table as it was read from a file, and the words for places in it; pure.

Everything is text here: what a cell means is for the field that it is mapped to (`fields.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from duecare.words import gettext as _
from duecare.words import ngettext, number, packed, unpacked

MOST_BYTES = 32 << 20
"""Of a file."""
MOST_ROWS = 50_000
"""With something in them, the head included."""
MOST_COLUMNS = 200
LONGEST_CELL = 10_000
"""Characters."""
LOOKED_FOR_HEAD = 10
"""Rows among which the head is looked for: titles and empty rows may stand above it."""
NAMED = 5
"""Places that one sentence names."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the head."""

    number: int
    """As the file counts: the line on which it begins, or the row of the sheet. From 1."""
    cells: tuple[str, ...]
    """As many as the head has."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell, or a whole row, that says nothing that can be relied on."""

    row: int
    column: int | None
    """From 0; None for the row as a whole."""
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """What was read."""

    kind: str
    """`csv` or `xlsx`."""
    sheet: str
    """Its name; empty for CSV."""
    head_row: int
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    """What a person should know of how it was read, in sentences."""

    def place(self, row: int, column: int | None) -> str:
        """`row 17, column C “mail”`, or for a CSV `line 17, ...`."""
        sheet = self.kind == "xlsx"
        if column is None:
            return (_("row %(row)s") if sheet else _("line %(row)s")) % {"row": row}
        title = self.head[column] if column < len(self.head) else ""
        values = {"row": row, "column": letters(column), "title": title[:60]}
        if not title:
            said = _("row %(row)s, column %(column)s") if sheet else _("line %(row)s, column %(column)s")
        elif sheet:
            said = _("row %(row)s, column %(column)s “%(title)s”")
        else:
            said = _("line %(row)s, column %(column)s “%(title)s”")
        return said % values


@dataclass(frozen=True, slots=True)
class Choice:
    """A workbook of which somebody has to say which sheet is meant."""

    sheets: tuple[Sheet, ...]


def letters(column: int) -> str:
    """The letters of a column counted from 0: A, B, ..., Z, AA. They stand for CSV too."""
    text, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        text = chr(65 + digit) + text
    return text


def head_of(rows: Sequence[tuple[int, Sequence[str]]]) -> int | None:
    """Which of the first rows is the head: the first with two filled cells, else the first filled one.

    So titles above a table, which stand alone in their row, are passed over. None if there is nothing.
    """
    early = list(enumerate(rows[:LOOKED_FOR_HEAD]))
    for least in (2, 1):
        for place, (_number, cells) in early:
            if sum(1 for cell in cells if cell.strip()) >= least:
                return place
    return None


def few(places: Iterable[str]) -> str:
    """The first of these places, and how many more there are."""
    listed = list(places)
    more = len(listed) - NAMED
    names = ", ".join(listed[:NAMED])
    if more <= 0:
        return names
    return ngettext("%(names)s and %(more)s more", "%(names)s and %(more)s more", more) % {
        "names": names,
        "more": number(more),
    }


def to_json(found: Table | Choice) -> str:
    """As text that `from_json` takes back; how the child hands it over and how it waits."""
    if isinstance(found, Choice):
        return json.dumps({"sheets": [[sheet.name, sheet.hidden] for sheet in found.sheets]})
    return json.dumps(
        {
            "kind": found.kind,
            "sheet": found.sheet,
            "head_row": found.head_row,
            "head": found.head,
            "rows": [[row.number, row.cells] for row in found.rows],
            "problems": [[one.row, one.column, packed(one.reason)] for one in found.problems],
            "notes": [packed(note) for note in found.notes],
        }
    )


def from_json(told: Mapping[str, Any]) -> Table | Choice:
    """What `to_json` wrote."""
    if "sheets" in told:
        return Choice(tuple(Sheet(str(name), bool(hidden)) for name, hidden in told["sheets"]))
    return Table(
        str(told["kind"]),
        str(told["sheet"]),
        int(told["head_row"]),
        tuple(map(str, told["head"])),
        tuple(Row(int(number), tuple(map(str, cells))) for number, cells in told["rows"]),
        tuple(
            Problem(int(row), None if column is None else int(column), unpacked(reason))
            for row, column, reason in told["problems"]
        ),
        tuple(map(unpacked, told["notes"])),
    )
