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

MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
SEPARATORS = ",;\t|"
GUESSED = (
    "The file is not UTF-8 and was read as Windows-1252. "
    "Look whether letters such as ä, é or ß came out right."
)
SAVE_AGAIN = "Save it once more as “CSV UTF-8” and send that."


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
        raise BadInput("The file holds nothing.", "Look whether it is the one that you meant.")
    head_row, head = filled[place]
    while head and not head[-1].strip():
        head = head[:-1]
    if len(head) > MOST_COLUMNS:
        raise BadInput(
            f"Line {head_row} has {len(head):,} columns; at most {MOST_COLUMNS} are read.",
            "Remove the columns that are not needed.",
        )
    rows, problems = [], []
    for line, cells in filled[place + 1 :]:
        surplus = [cell for cell in cells[len(head) :] if cell.strip()]
        if surplus or len(cells) < len(head):
            problems.append(
                Problem(
                    line, None, f"it has {len(cells)} cells and the head has {len(head)}; is a quote missing?"
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
                raise _unreadable(before, f"says that it is {encoding.upper()}") from None
    try:
        return _without_nul(data.decode("utf-8")), []
    except UnicodeDecodeError:
        pass
    if data[:2000].count(0) * 4 > len(data[:2000]):
        raise BadInput("The file looks like UTF-16 without the mark that says so.", SAVE_AGAIN)
    try:
        return _without_nul(data.decode("cp1252")), [GUESSED]
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("cp1252", "replace")
        raise _unreadable(before, "is neither UTF-8 nor Windows-1252") from None


def _unreadable(before: str, words: str) -> BadInput:
    line = before.count("\n") + 1
    return BadInput(f"The file {words}, but line {line} cannot be read as that.", SAVE_AGAIN)


def _without_nul(text: str) -> str:
    """Refuses text with NUL characters, which no list has and many a damaged file."""
    place = text.find("\0")
    if place < 0:
        return text
    if text[:2000].count("\0") * 4 > len(text[:2000]):
        raise BadInput("The file looks like UTF-16 without the mark that says so.", SAVE_AGAIN)
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    raise BadInput(
        f"Line {line} holds a NUL character at place {column}: the file is damaged or is no CSV.",
        "Download it again.",
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
                    f"The file has more than {MOST_ROWS:,} filled lines; line {begins:,} is the first over.",
                    "Cut it into several files.",
                )
            for place, cell in enumerate(cells):
                if len(cell) > LONGEST_CELL:
                    raise BadInput(
                        f"Line {begins}, column {letters(place)} has more than {LONGEST_CELL:,} characters.",
                        "Shorten it; is a quote missing?",
                    )
            yield begins, cells
            begins = skipped + reader.line_num + 1
    except csv.Error as error:
        raise BadInput(
            f"The record that begins on line {begins} cannot be read: {error}.",
            "Look at the quotes around there, and send the file again.",
        ) from None
