"""Records of an older schema version brought up to this release's, live rows and record alike, in one act.

After `migrate` a table has its new columns, but only the upcaster knows what stands in them: the same pure
function that a replay of an old day uses. Until then `pending()` names what is left; once it is done, live
rows and record agree again and every entry says under which version it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from duecare.errors import DuecareError, Tampered
from duecare.ledger.models import Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import Shape, read_payload, schema_of, shapes
from duecare.words import number

CHUNK = 1000


def pending(using: str = "default") -> dict[str, int]:
    """How many records still hold at an older schema version, by kind; empty when all is current."""
    counted = {
        shape.kind: sum(len(part) for part in _older(shape, using))
        for shape in shapes().values()
        if shape.schema > 1
    }
    return {kind: count for kind, count in counted.items() if count}


def demand_current(using: str = "default") -> None:
    """Refuse to go on while records wait for their upcaster: a change would record half-filled rows.

    Raises DuecareError naming the kinds.
    """
    waiting = pending(using)
    if waiting:
        told = ", ".join(f"{count:,} of {kind}" for kind, count in waiting.items())
        raise DuecareError(
            _("Records of an older release are waiting to be brought up to date: %(told)s.") % {"told": told},
            _("Run `duecare migrate`."),
        )


def upcast_live(actor: str, using: str = "default") -> int:
    """Bring every record of an older schema version up to the current one; returns how many.

    As one act, and one more for confined records: no act changes both.

    Does nothing, and records nothing, when there are none. Raises Tampered if a record that should have a
    live row has none; then nothing has changed.
    """
    if not pending(using):
        return 0
    connection = connections[using]
    count = 0
    older = [shape for shape in shapes().values() if shape.schema > 1]
    for confined in (False, True):
        with recording(actor, "bring records up to this release's schema", using=using):
            for shape in older:
                if shape.model.confined is confined:
                    for part in list(_older(shape, using)):
                        _write(shape, part, connection)
                        count += len(part)
    return count


def _older(shape: Shape, using: str) -> Iterator[list[bytes]]:
    """The payloads of a kind that hold now and are of an older version, in parts."""
    found: list[bytes] = []
    with connections[using].cursor() as cursor:
        cursor.execute(
            f'SELECT "data" FROM "{Payload._meta.db_table}" WHERE "kind" = %s AND "until" IS NULL',  # noqa: S608
            [shape.kind],
        )
        while rows := cursor.fetchmany(CHUNK):
            found.extend(data for (raw,) in rows if schema_of(data := bytes(raw)) < shape.schema)
            if len(found) >= CHUNK:
                yield found
                found = []
    if found:
        yield found


def _write(shape: Shape, payloads: Sequence[bytes], connection: BaseDatabaseWrapper) -> None:
    """Set the live rows to what the upcasters make of the payloads."""
    fields = shape.model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}" = %s' for field in fields[1:])
    rows = []
    for data in payloads:
        values = shape.values(read_payload(shape, data) or {})
        stored = [
            field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)
        ]
        rows.append((*stored[1:], stored[0]))
    with connection.cursor() as cursor:
        cursor.executemany(f'UPDATE "{shape.table}" SET {columns} WHERE "id" = %s', rows)  # noqa: S608
        if cursor.rowcount != len(rows):
            raise Tampered(
                _("%(value)s of %(count)s records of %(kind)s have no row.")
                % {
                    "value": number(len(rows) - cursor.rowcount),
                    "count": number(len(rows)),
                    "kind": shape.kind,
                },
                _("Run `duecare ledger verify --live` to see which. Nothing was changed."),
            )
