"""Counting incidents: by kind, severity, month and class. Pure.

What is unknown of an incident is counted as unknown and never left out; an incident that has several classes
of one question counts once in each, so that those rows may add up to more than there are incidents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from duecare.incidents.figures.classes import AXES, Axis, chosen
from duecare.words import gettext as _

UNSAID = ""
"""Stands for what nobody has said."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An incident as it is counted."""

    kind: str
    """Id of a playbook; empty while nobody has said."""
    severity: str
    month: str
    """In which it was opened: "2026-11"."""
    classified: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One number."""

    value: str
    """What is counted, by its identifier; empty for what is not known."""
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """The incidents by one question."""

    id: str
    name: str
    rows: tuple[Row, ...]
    several: bool = False
    """Whether one incident may stand in more than one row."""


def groups(
    rows: Sequence[Counted], kinds: Mapping[str, str], severities: Mapping[str, str]
) -> tuple[Group, ...]:
    """All of them; `kinds` and `severities` are names by id, in the order in which they are shown."""
    months = sorted({row.month for row in rows}, reverse=True)
    return (
        Group("kind", _("Kind"), _rows([row.kind for row in rows], kinds)),
        Group("severity", _("Severity"), _rows([row.severity for row in rows], severities)),
        Group(
            "month",
            _("Month in which it was opened"),
            _rows([row.month for row in rows], dict.fromkeys(months, "")),
        ),
        *(_class(rows, axis) for axis in AXES),
    )


def _class(rows: Sequence[Counted], axis: Axis) -> Group:
    told: list[str] = []
    for row in rows:
        told.extend(chosen(row.classified, axis) or (UNSAID,))
    names = {id: str(words) for id, words in axis.choices.items()}
    return Group(axis.id, str(axis.name), _rows(told, names), axis.several)


def _rows(values: Iterable[str], names: Mapping[str, str]) -> tuple[Row, ...]:
    """A row for each value that occurs, in the order of the names; then others; then the unsaid."""
    counts = Counter(values)
    unsaid = counts.pop(UNSAID, 0)
    order = [*(id for id in names if id in counts), *sorted(counts.keys() - names.keys())]
    found = [Row(id, names.get(id) or id, counts[id]) for id in order]
    if unsaid:
        found.append(Row(UNSAID, _("Not said yet"), unsaid))
    return tuple(found)
