"""From columns to fields, and from rows to what they want; pure.

A mapping is proposed by name and confirmed by a person, or known beforehand for the files of a loader.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from duecare.errors import BadInput
from duecare.program.imports.fields import Field, Order, Reading, Type, order_of, value_of
from duecare.program.imports.tables import Row, Table
from duecare.words import gettext as _

ANY_OTHER = "*"
"""Among a loader's words: what every other text stands for."""

Columns = Mapping[str, tuple[int, ...]]
"""By field: the columns whose cells make its text, joined by a space."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell or row that cannot be taken in."""

    row: int
    column: int | None
    field: str
    text: str
    """What the cell holds, cut."""
    reason: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one row wants to be so."""

    row: int
    values: Mapping[str, Any]
    """By field; only those that are mapped."""
    column: int | None = None
    """Where its key stands, for messages."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How texts are to be read beyond what their fields say."""

    zone: tzinfo
    order: Order | None = None
    """If whoever writes such files is known always to write days in one order."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By field: what a text, in lower case, stands for."""


def same(text: str) -> str:
    """The text without what two spellings of one name may differ in."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def propose(head: Sequence[str], fields: Sequence[Field]) -> dict[str, tuple[int, ...]]:
    """The columns that are called like a field, each given away once, in the order of the fields."""
    free = {}
    for place in reversed(range(len(head))):
        if name := same(head[place]):
            free[name] = place
    found: dict[str, tuple[int, ...]] = {}
    for one in fields:
        for called in (one.name, str(one.label), *one.heads):
            if same(called) in free:
                found[one.name] = (free.pop(same(called)),)
                break
    return found


def check_mapping(columns: Columns, head: Sequence[str], fields: Sequence[Field]) -> None:
    """Raises BadInput if a field that is needed has no column, or a column is not there."""
    lacking = [str(one.label) for one in fields if one.required and not columns.get(one.name)]
    if lacking:
        raise BadInput(
            _("No column is mapped to %(fields)s.") % {"fields": ", ".join(lacking)},
            _("Choose the column that holds it."),
        )
    known = {one.name for one in fields}
    if not set(columns) <= known or any(
        not 0 <= at < len(head) for places in columns.values() for at in places
    ):
        raise BadInput(
            _("The mapping names a field or column that is not there."), _("Map the columns once more.")
        )


def read_rows(
    table: Table, columns: Columns, fields: Sequence[Field], manner: Manner
) -> tuple[list[Wanted], list[Fault]]:
    """What each good row wants, and every fault by cell. A row with a fault wants nothing.

    Raises BadInput for a mapping that does not fit.
    """
    check_mapping(columns, table.head, fields)
    mapped = [(one, columns[one.name]) for one in fields if columns.get(one.name)]
    readings = {one.name: _reading(table, places, one, manner) for one, places in mapped}
    troubles: dict[int, list[tuple[int | None, str]]] = {}
    for problem in table.problems:
        troubles.setdefault(problem.row, []).append((problem.column, problem.reason))
    wanted, faults = [], []
    for row in table.rows:
        values, bad = _read(row, mapped, readings, manner, troubles.get(row.number, ()))
        if bad:
            faults.extend(bad)
        else:
            wanted.append(Wanted(row.number, values, mapped[0][1][0]))
    return wanted, faults


def _reading(table: Table, places: tuple[int, ...], one: Field, manner: Manner) -> Reading:
    order = manner.order
    if order is None and one.type in (Type.DAY, Type.MOMENT):
        order = order_of(row.cells[places[0]] for row in table.rows)
    return Reading(manner.zone, order)


def _read(
    row: Row,
    mapped: Sequence[tuple[Field, tuple[int, ...]]],
    readings: Mapping[str, Reading],
    manner: Manner,
    troubles: Sequence[tuple[int | None, str]],
) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults = [Fault(row.number, None, "", "", reason) for column, reason in troubles if column is None]
    troubled = {column: reason for column, reason in troubles if column is not None}
    for one, places in mapped:
        text = " ".join(filter(None, (row.cells[at].strip() for at in places)))
        reason = next((troubled[at] for at in places if at in troubled), "")
        if not reason:
            said = manner.words.get(one.name, {})
            text = said.get(text.lower(), said.get(ANY_OTHER, text) if text else text)
            try:
                values[one.name] = value_of(one, text, readings[one.name])
                continue
            except ValueError as error:
                reason = str(error)
        faults.append(Fault(row.number, places[0], one.name, text[:200], reason))
    return values, faults


def repeated(head: Sequence[str]) -> Iterator[str]:
    """Names that more than one column has."""
    yield from (name for name, count in Counter(filter(None, head)).items() if count > 1)
