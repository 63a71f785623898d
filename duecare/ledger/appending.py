"""How new rows get into the ledger's tables, as each database does it fastest.

SQLite: under a trigger it copies every page that a statement touches, lest it must undo that statement
alone; `OR FAIL` says that nobody will want that, since a failure undoes the whole act. PostgreSQL: one
statement over arrays instead of one a row, so that its statement triggers run once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

from duecare.ledger.models import Entry, Payload

_ENTRY = Entry._meta.db_table
_PAYLOAD = Payload._meta.db_table
_ENTRY_COLUMNS = {
    "index": "bigint",
    "at": "bigint",
    "head": "bigint",
    "kind": "text",
    "action": "text",
    "actor": "text",
    "subject": "text",
    "leaf": "bytea",
    "meta_salt": "bytea",
    "meta": "bytea",
}
_PAYLOAD_COLUMNS = {
    "index": "bigint",
    "kind": "text",
    "subject": "text",
    "until": "bigint",
    "salt": "bytea",
    "data": "bytea",
}

Rows = Sequence[tuple[Any, ...]]


def supersede(cursor: CursorWrapper, pairs: Rows) -> None:
    """Mark payloads as superseded: pairs of the superseding entry's index and the payload's."""
    if not pairs:
        return
    if cursor.db.vendor == "sqlite":
        cursor.executemany(f'UPDATE OR FAIL "{_PAYLOAD}" SET "until" = %s WHERE "index" = %s', pairs)  # noqa: S608
        return
    cursor.execute(
        f'UPDATE "{_PAYLOAD}" p SET "until" = v."until" '  # noqa: S608
        'FROM unnest(%s::bigint[], %s::bigint[]) AS v("until", "index") WHERE p."index" = v."index"',
        _columns(pairs),
    )


def append_entries(cursor: CursorWrapper, rows: Rows) -> None:
    """Insert entries: index, at, head, kind, action, actor, subject, leaf, meta salt, meta."""
    _insert(cursor, _ENTRY, _ENTRY_COLUMNS, rows)


def append_payloads(cursor: CursorWrapper, rows: Rows) -> None:
    """Insert payloads: index, kind, subject, until, salt, data."""
    _insert(cursor, _PAYLOAD, _PAYLOAD_COLUMNS, rows)


def _insert(cursor: CursorWrapper, table: str, columns: dict[str, str], rows: Rows) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    if cursor.db.vendor == "sqlite":
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f'INSERT OR FAIL INTO "{table}" ({names}) VALUES ({marks})', rows)  # noqa: S608
        return
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT * FROM unnest({arrays})', _columns(rows))  # noqa: S608


def _columns(rows: Rows) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
