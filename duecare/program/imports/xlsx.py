"""Reading one sheet of an XLSX workbook into a table, in one pass however many empty rows it has; pure.

Of a formula its stored value counts, and a note says so; one without a stored value is a problem of its cell,
for nothing is computed here. A merged cell is a problem of the cells that it hides. Which sheet is meant is
asked if more than one can be seen, and a hidden one is never read by itself.

Written here because neither openpyxl nor python-calamine tells all of that in one bounded pass
(docs/dependencies.md).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite

from duecare.errors import BadInput
from duecare.program.imports.tables import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Choice,
    Problem,
    Row,
    Table,
    few,
    head_of,
    letters,
)
from duecare.program.imports.workbook import DAMAGED, Parts, Workbook, plain_text, read_workbook
from duecare.words import gettext as _
from duecare.words import ngettext
from duecare.words import number as counted

MOST_MERGED = 10_000
LAST_DAY = 2_958_466
"""The serial number after 31 December 9999."""


def read_xlsx(data: bytes, sheet: str = "") -> Table | Choice:
    """The table on a sheet, or the choice of sheets if none is named and it is not plain which is meant.

    Raises BadInput naming the cell or part that cannot be read.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise BadInput(_("The workbook is damaged: %(error)s.") % {"error": error}, _(DAMAGED)) from None
    parts = Parts(archive)
    book = read_workbook(parts)
    names = [one.name for one in book.sheets]
    if sheet and sheet not in names:
        raise BadInput(
            _("There is no sheet “%(sheet)s”.") % {"sheet": sheet[:60]},
            _("There is %(names)s.") % {"names": few(names)},
        )
    shown = [place for place, one in enumerate(book.sheets) if not one.hidden]
    if not sheet and len(shown) != 1:
        return Choice(book.sheets)
    place = names.index(sheet) if sheet else shown[0]
    reading = _Reading(book)
    parts.parse(book.parts[place], reading.start, reading.end, reading.text)
    others = [one.name for one in book.sheets if one.hidden and one.name != names[place]]
    return reading.table(names[place], others)


@dataclass(slots=True)
class _Reading:
    """What was met of a sheet so far (18.3)."""

    book: Workbook
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    merged: list[tuple[str, int, int, int, int]] = field(default_factory=list)
    hidden_rows: int = 0
    _row: int = 0
    _column: int = -1
    _cells: dict[int, str] = field(default_factory=dict)
    _hidden: bool = False
    _kind: str = "n"
    _style: int = 0
    _formula: bool = False
    _stored: bool = False
    _pieces: list[str] = field(default_factory=list)
    _inside: str = ""
    _reading: bool = False

    def start(self, tag: str, values: dict[str, str]) -> None:
        if tag == "c":
            self._begin_cell(values)
        elif tag == "v" or (tag == "t" and not self._reading):
            self._inside = tag
            self._stored = True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            number = values.get("r")
            self._row = int(number) if number and number.isdecimal() and len(number) < 8 else self._row + 1
            self._column = -1
            self._hidden = values.get("hidden") in ("1", "true")
        elif tag == "rPh":
            self._reading = True
        elif tag == "mergeCell":
            self._merge(values.get("ref", ""))

    def end(self, tag: str) -> None:
        if tag == "c":
            self._end_cell()
        elif tag in ("v", "t"):
            self._inside = ""
        elif tag == "row":
            self._end_row()
        elif tag == "rPh":
            self._reading = False

    def text(self, piece: str) -> None:
        if self._inside:
            self._pieces.append(piece)

    def _begin_cell(self, values: dict[str, str]) -> None:
        named = _column_of(values.get("r", ""))
        self._column = self._column + 1 if named is None else named
        self._kind = values.get("t", "n")
        style = values.get("s", "0")
        self._style = int(style) if style.isdecimal() and len(style) < 7 else 0
        self._formula = self._stored = False

    def _end_cell(self) -> None:
        raw = "".join(self._pieces)
        self._pieces.clear()
        if self._formula:
            if not self._stored or (not raw and self._kind != "str"):
                self._trouble(
                    _(
                        "it holds a formula whose value was not stored: "
                        "open and save the file, or paste values"
                    )
                )
                return
            self.formulas.append(self._name())
        if not raw:
            return
        value = self._value(raw)
        if not value:
            return
        if len(value) > LONGEST_CELL:
            raise BadInput(
                _("Cell %(name)s has more than %(longest_cell)s characters.")
                % {"name": self._name(), "longest_cell": counted(LONGEST_CELL)},
                _("Shorten it."),
            )
        self._put(value)

    def _put(self, value: str) -> None:
        if self._column >= MOST_COLUMNS:
            raise BadInput(
                _("Cell %(name)s lies beyond the %(most_columns)s columns that are read.")
                % {"name": self._name(), "most_columns": MOST_COLUMNS},
                _("Remove the columns that are not needed."),
            )
        self._cells[self._column] = value

    def _end_row(self) -> None:
        if not self._cells:
            return
        if len(self.rows) >= MOST_ROWS:
            raise BadInput(
                _("The sheet has more than %(most_rows)s filled rows; row %(row)s is the first over.")
                % {"most_rows": counted(MOST_ROWS), "row": counted(self._row)},
                _("Cut it into several files."),
            )
        if self.rows and self._row <= self.rows[-1][0]:
            raise BadInput(_("Row %(row)s of the sheet comes twice.") % {"row": self._row}, _(DAMAGED))
        width = max(self._cells) + 1
        self.rows.append((self._row, [self._cells.get(place, "") for place in range(width)]))
        self.hidden_rows += self._hidden
        self._cells.clear()

    def _value(self, raw: str) -> str:
        """The value of the cell as text; empty after a problem was noted."""
        kind = self._kind
        if kind == "s":
            number = raw.strip()
            if number.isdecimal() and len(number) < 9 and int(number) < len(self.book.strings):
                return self.book.strings[int(number)]
            raise BadInput(
                _("Cell %(name)s names a text that the workbook does not hold.") % {"name": self._name()},
                _(DAMAGED),
            )
        if kind in ("str", "inlineStr", "d"):
            return plain_text(raw)
        if kind == "b":
            return "TRUE" if raw.strip() in ("1", "true") else "FALSE"
        if kind == "e":
            self._trouble(_("it holds the error %(raw)s") % {"raw": raw[:20]})
            return ""
        try:
            number_value = float(raw)
            if not isfinite(number_value):
                raise ValueError
        except ValueError:
            raise BadInput(
                _("Cell %(name)s is marked as a number and is none.") % {"name": self._name()}, DAMAGED
            ) from None
        if self._style in self.book.dates:
            return self._date(number_value)
        whole = abs(number_value) < 1e15 and number_value == int(number_value)
        # Never with an exponent, which nobody types and few fields read.
        return str(int(number_value)) if whole else format(Decimal(repr(number_value)), "f")

    def _date(self, serial: float) -> str:
        """A day, a moment or a time of day in ISO 8601; the first calendar counts a 29 February 1900."""
        if not 0 <= serial < LAST_DAY:
            self._trouble(_("it is shown as a date and lies outside the calendar"))
            return ""
        first = date(1904, 1, 1) if self.book.since_1904 else date(1899, 12, 31 if serial < 60 else 30)
        # A sheet knows no zone.
        moment = datetime.combine(first, time()) + timedelta(seconds=round(serial * 86400))
        if serial < 1:
            return f"{moment:%H:%M:%S}"
        return moment.date().isoformat() if serial == int(serial) else moment.isoformat()

    def _trouble(self, reason: str) -> None:
        self._put("")
        if len(self.problems) < MOST_ROWS:
            self.problems.append(Problem(self._row, self._column, reason))

    def _name(self) -> str:
        return f"{letters(self._column)}{self._row}"

    def _merge(self, reference: str) -> None:
        first, _colon, last = reference.partition(":")
        left, right = _column_of(first), _column_of(last)
        top, bottom = (text.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ$").replace("$", "") for text in (first, last))
        if left is None or right is None or not (top.isdecimal() and bottom.isdecimal()):
            return
        if len(self.merged) >= MOST_MERGED:
            raise BadInput(
                _("The sheet has more than %(most_merged)s merged cells.")
                % {"most_merged": counted(MOST_MERGED)},
                _("Unmerge them."),
            )
        self.merged.append((reference, left, int(top), right, int(bottom)))

    def table(self, sheet: str, others: list[str]) -> Table:
        """The table, once the sheet was walked through."""
        place = head_of(self.rows)
        if place is None:
            raise BadInput(
                _("The sheet “%(sheet)s” holds nothing.") % {"sheet": sheet},
                _("Look whether it is the one that you meant."),
            )
        head_row, head = self.rows[place]
        width = max(number for number, cell in enumerate(head) if cell.strip()) + 1
        below = self.rows[place + 1 :]
        problems = [one for one in self.problems if one.row >= head_row]
        for number, cells in below:
            extra = next((at for at, cell in enumerate(cells) if at >= width and cell.strip()), None)
            if extra is not None:
                problems.append(
                    Problem(
                        number,
                        None,
                        _("cell %(letters)s%(number)s has no head above it")
                        % {"letters": letters(extra), "number": number},
                    )
                )
        problems += self._hidden_by_merging(head_row, {number for number, _cells in below})
        rows = tuple(
            Row(number, tuple(cells[:width]) + ("",) * (width - len(cells))) for number, cells in below
        )
        notes = list(self._notes(others, head_row))
        return Table("xlsx", sheet, head_row, tuple(head[:width]), rows, tuple(problems), tuple(notes))

    def _hidden_by_merging(self, head_row: int, filled: set[int]) -> Iterator[Problem]:
        for reference, left, top, right, bottom in self.merged:
            if bottom < head_row:
                continue
            for number in filled:
                if top <= number <= bottom:
                    for column in range(left, min(right, MOST_COLUMNS - 1) + 1):
                        if (number, column) != (top, left):
                            yield Problem(
                                number,
                                column,
                                _("it is hidden by the merged cell %(reference)s: unmerge it")
                                % {"reference": reference},
                            )

    def _notes(self, others: list[str], head_row: int) -> Iterator[str]:
        if self.formulas:
            yield _("Formulas were not computed; their stored values were used: %(cells)s.") % {
                "cells": few(self.formulas)
            }
        ranges = [reference for reference, _left, _top, _right, bottom in self.merged if bottom >= head_row]
        if ranges:
            yield _("There are merged cells: %(cells)s.") % {"cells": few(ranges)}
        if self.hidden_rows:
            yield ngettext(
                "%(count)s hidden rows were read too.",
                "%(count)s hidden rows were read too.",
                self.hidden_rows,
            ) % {"count": counted(self.hidden_rows)}
        if others:
            yield _("Hidden sheets were not read: %(names)s.") % {"names": few(others)}


def _column_of(reference: str) -> int | None:
    """The column that a reference such as `AB12` or `$AB$12` names, from 0; None if it names none."""
    return _column_called(reference.replace("$", "").rstrip("0123456789"))


@lru_cache(maxsize=1024)
def _column_called(name: str) -> int | None:
    if not 0 < len(name) <= 3 or not (name.isascii() and name.isupper()):
        return None
    column = 0
    for letter in name:
        column = column * 26 + ord(letter) - 64
    return column - 1
