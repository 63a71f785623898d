"""Reading CSV (RFC 4180 and what spreadsheets make of it) into a table; pure.

The encoding is told by the byte order mark, else UTF-8, else Windows-1252 with a note that says so. The
separator is the one that the head uses. A line that is longer or shorter than the head is named rather than
mended: a shifted cell would put one person's answer beside another's name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from duecare.errors import BadInput
from duecare.program.imports.tables import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Problem,
    Row,
    Table,
    head_of,
    letters,
)
from duecare.words import gettext as _
from duecare.words import gettext_noop, number

MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
SEPARATORS = ",;\t|"
GUESSED = gettext_noop(
    "The file is not UTF-8 and was read as Windows-1252. "
    "Look whether letters such as ä, é or ß came out right."
)
SAVE_AGAIN = gettext_noop("Save it once more as “CSV UTF-8” and send that.")


def read_csv(data: bytes) -> Table:
    """The table in the bytes of a CSV.

    Raises BadInput naming the line of what cannot be read.
    """
    text, notes = _decoded(data)
    separator, text, skipped = _separator(text)
    records = list(_records(text, separator, skipped))
    filled = [(line, cells) for line, cells in records if any(cell.strip() for cell in cells)]
    place = head_of(filled)
    if place is None:
        raise BadInput(_("The file holds nothing."), _("Look whether it is the one that you meant."))
    head_row, head = filled[place]
    while head and not head[-1].strip():
        head = head[:-1]
    if len(head) > MOST_COLUMNS:
        raise BadInput(
            _("Line %(head_row)s has %(count)s columns; at most %(most_columns)s are read.")
            % {"head_row": head_row, "count": number(len(head)), "most_columns": MOST_COLUMNS},
            _("Remove the columns that are not needed."),
        )
    rows, problems = [], []
    for line, cells in filled[place + 1 :]:
        surplus = [cell for cell in cells[len(head) :] if cell.strip()]
        if surplus or len(cells) < len(head):
            problems.append(
                Problem(
                    line,
                    None,
                    _("it has %(count)s cells and the head has %(expected)s; is a quote missing?")
                    % {"count": len(cells), "expected": len(head)},
                )
            )
        whole = tuple(cells[: len(head)]) + ("",) * (len(head) - len(cells))
        rows.append(Row(line, whole))
    return Table("csv", "", head_row, tuple(head), tuple(rows), tuple(problems), tuple(notes))


def _decoded(data: bytes) -> tuple[str, list[str]]:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                return _without_nul(data[len(mark) :].decode(encoding)), []
            except UnicodeDecodeError as error:
                before = data[len(mark) : len(mark) + error.start].decode(encoding, "replace")
                words = _("The file says that it is %(encoding)s, but line %(line)s cannot be read as that.")
                raise BadInput(
                    words % {"encoding": encoding.upper(), "line": _line(before)}, _(SAVE_AGAIN)
                ) from None
    try:
        return _without_nul(data.decode("utf-8")), []
    except UnicodeDecodeError:
        pass
    if data[:2000].count(0) * 4 > len(data[:2000]):
        raise BadInput(_("The file looks like UTF-16 without the mark that says so."), _(SAVE_AGAIN))
    try:
        return _without_nul(data.decode("cp1252")), [_(GUESSED)]
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("cp1252", "replace")
        raise BadInput(
            _("The file is neither UTF-8 nor Windows-1252, but line %(line)s cannot be read as that.")
            % {"line": _line(before)},
            _(SAVE_AGAIN),
        ) from None


def _line(before: str) -> int:
    """The line on which something stands that comes after this text."""
    return before.count("\n") + 1


def _without_nul(text: str) -> str:
    """Refuses text with NUL characters, which no list has and many a damaged file."""
    place = text.find("\0")
    if place < 0:
        return text
    if text[:2000].count("\0") * 4 > len(text[:2000]):
        raise BadInput(_("The file looks like UTF-16 without the mark that says so."), _(SAVE_AGAIN))
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    raise BadInput(
        _("Line %(line)s holds a NUL character at place %(column)s: the file is damaged or is no CSV.")
        % {"line": line, "column": column},
        _("Download it again."),
    )


def _separator(text: str) -> tuple[str, str, int]:
    """The separator, the text to read, and how many lines were taken off its beginning.

    Spreadsheets write the separator into a first line `sep=;`. Otherwise it is the one that stands most often
    outside quotes in the first line that has any.
    """
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], rest, 1
    if first.strip("\r").lower() == "sep=\t":
        return "\t", rest, 1
    for line in text[:100_000].splitlines()[:20]:
        outside = "".join(line.split('"')[::2])
        counts = {one: outside.count(one) for one in SEPARATORS}
        best = max(SEPARATORS, key=lambda one: counts[one])
        if counts[best]:
            return best, text, 0
    return ",", text, 0


def _records(text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins."""
    csv.field_size_limit(LONGEST_CELL + 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins, filled = skipped + 1, 0
    try:
        for cells in reader:
            filled += any(cells)
            if filled > MOST_ROWS:
                raise BadInput(
                    _("The file has more than %(most_rows)s filled lines; line %(begins)s is the first over.")
                    % {"most_rows": number(MOST_ROWS), "begins": number(begins)},
                    _("Cut it into several files."),
                )
            for place, cell in enumerate(cells):
                if len(cell) > LONGEST_CELL:
                    raise BadInput(
                        _("Line %(begins)s, column %(letters)s has more than %(longest_cell)s characters.")
                        % {"begins": begins, "letters": letters(place), "longest_cell": number(LONGEST_CELL)},
                        _("Shorten it; is a quote missing?"),
                    )
            yield begins, cells
            begins = skipped + reader.line_num + 1
    except csv.Error as error:
        raise BadInput(
            _("The record that begins on line %(begins)s cannot be read: %(error)s.")
            % {"begins": begins, "error": error},
            _("Look at the quotes around there, and send the file again."),
        ) from None
