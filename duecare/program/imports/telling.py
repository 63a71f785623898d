"""What the pages and the terminal tell of a plan: its changes and faults in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from duecare.program.imports.changes import Change, Kind, Plan
from duecare.program.imports.fields import Known
from duecare.program.imports.interface import List
from duecare.program.imports.tables import Table
from duecare.web.exports import cell

SHOWN = 10
"""Changes of each kind, and faults, that a preview shows."""


@dataclass(frozen=True, slots=True)
class FieldTold:
    """One field of a change."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """One change in words."""

    name: str
    row: int | None
    fields: tuple[FieldTold, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one kind."""

    kind: Kind
    title: str
    count: int
    shown: tuple[ChangeTold, ...]


@dataclass(frozen=True, slots=True)
class FaultTold:
    """One fault in words."""

    place: str
    field: str
    text: str
    reason: str


def kind_words(kind: Kind) -> str:
    return {
        Kind.ADDED: _("Added"),
        Kind.CHANGED: _("Changed"),
        Kind.GONE: _("Gone"),
        Kind.UNCHANGED: _("Unchanged"),
    }[kind]


def groups(one: List[Any], planned: Plan) -> list[Group]:
    """The plan by kind, each with its first changes."""
    return [
        Group(
            kind,
            kind_words(kind),
            planned.counts[kind],
            tuple(_change(one, change) for change in _first(planned, kind))
            if kind is not Kind.UNCHANGED
            else (),
        )
        for kind in Kind
    ]


def _first(planned: Plan, kind: Kind) -> Iterator[Change]:
    for place, change in enumerate(planned.of(kind)):
        if place == SHOWN:
            return
        yield change


def _change(one: List[Any], change: Change) -> ChangeTold:
    told = []
    for field in one.fields:
        if field.name in change.after and not (change.kind is Kind.ADDED and field.name == one.called):
            before = words(change.before[field.name]) if field.name in change.before else ""
            after = words(change.after[field.name])
            if change.kind is not Kind.ADDED or after not in ("–", _("unknown")):
                told.append(FieldTold(str(field.label), before, after))
    if change.kind is Kind.CHANGED and "gone" in change.after:
        told.append(FieldTold(_("Gone"), _("yes"), _("no")))
    return ChangeTold(change.name, change.row, tuple(told))


def words(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return _("unknown")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key} {'?' if number is None else number}" for key, number in value.items()) or "–"
    return (value.told if isinstance(value, Known) else str(value)) or "–"


def faults(one: List[Any], planned: Plan, table: Table) -> Iterator[FaultTold]:
    """Every fault, in the order of the file."""
    labels = {field.name: str(field.label) for field in one.fields}
    for fault in sorted(planned.faults, key=lambda fault: (fault.row, fault.column or 0)):
        yield FaultTold(
            table.place(fault.row, fault.column), labels.get(fault.field, ""), fault.text, fault.reason
        )


def faults_csv(told: Sequence[FaultTold]) -> str:
    """All faults as CSV for a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_("Place"), _("Field"), _("Cell"), _("What is wrong")])
    writer.writerows([cell(one.place), cell(one.field), cell(one.text), cell(one.reason)] for one in told)
    return "\ufeff" + buffer.getvalue()
