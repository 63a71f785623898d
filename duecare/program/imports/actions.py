"""Taking a file into a list: what it would change, and doing that in acts of bounded size.

The plan is made outside any transaction. Each act reads its records again under lock and refuses if one is no
longer as the plan has it; what was done until then stands and shows as broken off, and can be undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import Record, new_key, utc_now
from duecare.program.imports.changes import Change, Existing, Kind, Plan, compare
from duecare.program.imports.interface import List, Loader, Taking
from duecare.program.imports.mapping import Columns, Fault, Manner, Wanted, read_rows
from duecare.program.imports.models import Import
from duecare.program.imports.tables import Table
from duecare.web.recorded import recorded

ACT_SIZE = 500
"""Most records that one act writes: far below two seconds of lock."""
PART = "program.import-part"
"""The kind of the note that says to which import an act belongs."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A file with all that was said of it."""

    table: Table
    columns: Columns
    loader: Loader | None
    name: str
    size: int
    file: str
    """Digest of its bytes, once they are kept."""
    source: str
    whole: bool
    at: datetime
    """When it was made, as the person says."""


def taking_of(brought: Brought, actor: str, now: datetime, zone: tzinfo) -> Taking:
    """The circumstances of taking a file in."""
    aspect = brought.loader.aspect if brought.loader else ""
    told = frozenset(name for name, places in brought.columns.items() if places)
    at = min(brought.at, now)
    return Taking(actor, now, at, zone, brought.source, brought.whole, aspect, told, brought.file)


def plan(one: List[Any], brought: Brought, taking: Taking) -> Plan:
    """What taking the file in would change; nothing is.

    Raises BadInput for a mapping that does not fit, Refused if the list does not want the file.
    """
    one.demand(taking)
    loader = brought.loader
    manner = Manner(
        loader.zone(taking.zone) if loader else taking.zone,
        loader.order if loader else None,
        loader.words if loader else {},
    )
    wanted, faults = read_rows(brought.table, brought.columns, one.fields, manner)
    context = one.context(taking, wanted)
    planned = compare(
        [Wanted(row.row, one.complete(row.values, taking, context), row.column) for row in wanted],
        [
            Existing(record.pk, one.values(record), one.listed(record, taking))
            for record in one.records(taking)
        ],
        keys=one.keys,
        called=lambda values: str(values.get(one.called) or values.get(one.keys[-1]) or ""),
        lacking=one.lacking(taking) if taking.whole else None,
        refuse=one.refuse,
        faults=faults,
    )
    return replace(planned, faults=tuple(_placed(one, brought) for one in planned.faults))


def _placed(fault: Fault, brought: Brought) -> Fault:
    """The fault with the column of its field, and what the cell holds."""
    places = brought.columns.get(fault.field)
    if not places or fault.text:
        return fault
    cells = next((row.cells for row in brought.table.rows if row.number == fault.row), ())
    return replace(
        fault, column=places[0], text=" ".join(cells[at] for at in places if at < len(cells))[:200]
    )


def take_in(one: List[Any], brought: Brought, planned: Plan, taking: Taking, data: bytes) -> Import:
    """Do what was planned. The file is kept as a blob.

    Raises Refused if a record has changed since, or the list does not want the file; what earlier acts of the
    same import did then stands.
    """
    if one.undivided and planned.faults:
        raise Refused(
            _("This list takes a file as a whole, and rows of it have faults."),
            _("Mend them in the file and bring it again."),
        )
    digest = blobs.keep(data)
    taking = replace(taking, file=digest)
    counts = planned.counts
    made = Import(
        id=new_key(),
        list=one.id,
        loader=brought.loader.id if brought.loader else "",
        source=brought.source,
        name=brought.name[:200],
        size=brought.size,
        file=digest,
        sheet=brought.table.sheet,
        mapping={
            name: [brought.table.head[at] for at in places]
            for name, places in sorted(brought.columns.items())
        },
        downloaded_at=taking.at,
        whole=taking.whole and not planned.faults,
        added=counts[Kind.ADDED],
        changed=counts[Kind.CHANGED],
        gone=counts[Kind.GONE],
        unchanged=counts[Kind.UNCHANGED],
        faults=len(planned.faults),
        made_by=taking.actor,
        made_at=taking.now,
    )
    acting = planned.acting
    parts = [acting[start : start + ACT_SIZE] for start in range(0, len(acting), ACT_SIZE)] or [()]
    scope = None
    for number, part in enumerate(parts, 1):
        if len(parts) == 1:
            reason = recorded("import %(name)s into %(list)s", name=made.name, list=one.id)
        else:
            reason = recorded(
                "import %(name)s into %(list)s, part %(part)s of %(parts)s",
                name=made.name,
                list=one.id,
                part=number,
                parts=len(parts),
            )
        with recording(taking.actor, reason, valid_at=taking.at) as act:
            if number == 1:
                one.demand(taking)
                made.save(force_insert=True)
                scope = one.begin(taking, list(planned.of(Kind.ADDED)))
            _write(one, part, taking, scope)
            if number == len(parts):
                one.end(taking, scope, whole=made.whole)
                made.finished_at = max(utc_now(), made.made_at)
                made.save(force_update=True)
            act.note(PART, made.pk, {"part": number, "of": len(parts)})
    return made


def _write(one: List[Any], part: Sequence[Change], taking: Taking, scope: Any) -> None:
    """Save what a part of the plan wants."""
    added = [one.make(change.after, taking, scope) for change in part if change.kind is Kind.ADDED]
    touched: Mapping[str, Change] = {change.key: change for change in part if change.key}
    records = {
        record.pk: record
        for record in one.model._base_manager.select_for_update().filter(pk__in=list(touched))
    }
    for key, change in touched.items():
        record = records.get(key)
        now = {} if record is None else one.values(record)
        if record is None or any(now.get(name) != value for name, value in change.before.items()):
            raise Refused(
                _("%s has been changed since the preview was made.") % change.name,
                _("Look at the preview once more."),
            )
        one.change(record, change.after, taking, scope)
    one.model._base_manager.bulk_create(added)
    replace_rows(one.model, list(records.values()))


def replace_rows(model: type[Record], records: Sequence[Record]) -> None:
    """Write records back by their keys, those that are missing anew."""
    if records:
        fields = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        model._base_manager.bulk_create(
            list(records), update_conflicts=True, unique_fields=["id"], update_fields=fields
        )
