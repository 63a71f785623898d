"""What a report is made of, whatever it tells: headings, texts, facts, tables.

The templates of `content/` know how each block looks, and nothing of what is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.web.words import STATUSES
from duecare.words import number

LONGEST = 600
"""Characters of one cell."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A state: drawn as a sign with its word."""

    state: str
    """A key of `words.STATUSES`."""
    word: str
    kind: str = "mark"


@dataclass(frozen=True, slots=True)
class Code:
    """Text that is compared letter by letter: a hash."""

    text: str
    kind: str = "code"


Cell = str | Mark | Code


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2
    """2 to 4; 1 is the report's title."""
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    quiet: bool = False
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms with what is to be said of them."""

    rows: tuple[tuple[str, Cell], ...]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    share: int = 0
    """Of the width that the columns with a width of their own leave; 0 for one of those."""
    width: int = 0
    """Millimetres."""
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    """What is said in place of a table without rows."""
    more: str = ""
    """How many rows there are beyond these, and where; empty if these are all."""
    kind: str = "table"


Block = Heading | Text | Facts | Table


def mark(state: str) -> Mark:
    """A state with its usual word."""
    look = STATUSES.get(state)
    return Mark(state, str(look.word) if look else state.capitalize())


def cut(text: str, most: int = LONGEST) -> str:
    """A text at a length that a cell takes; where it was cut, it says so by an ellipsis."""
    text = str(text)  # shipped content is itself translated only when it is shown
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def listed(
    columns: Sequence[Column], rows: Iterable[Sequence[Cell]], total: int, *, empty: str, where: str
) -> Table:
    """A table of the first rows of `total`, saying how many more there are and where."""
    shown = tuple(tuple(row) for row in rows)
    left = total - len(shown)
    words = ngettext("%(n)s more: %(where)s.", "%(n)s more: %(where)s.", left)
    more = words % {"n": number(left), "where": where} if left > 0 else ""
    return Table(tuple(columns), shown, empty, more)


def as_json(block: Block) -> dict[str, Any]:
    """A block as its template reads it."""
    return asdict(block)


def plain(blocks: Iterable[Block]) -> str:
    """The same blocks as plain text, for an annex."""
    return "\n".join(_plain(block) for block in blocks).strip() + "\n"


def _plain(block: Block) -> str:
    if isinstance(block, Heading):
        return f"\n{block.text}\n{'-' * len(block.text)}\n"
    if isinstance(block, Text):
        return f"{block.text}\n"
    if isinstance(block, Facts):
        return "".join(f"{term}: {_word(value)}\n" for term, value in block.rows)
    if not block.rows:
        return f"{block.empty}\n"
    rows = [" | ".join(_word(cell) for cell in row) for row in block.rows]
    head = " | ".join(column.label for column in block.columns)
    return "\n".join([head, *rows, *([block.more] if block.more else [])]) + "\n"


def _word(cell: Cell) -> str:
    if isinstance(cell, Mark):
        return cell.word
    return (cell.text if isinstance(cell, Code) else str(cell)).replace("\n", " ") or _("nothing")
