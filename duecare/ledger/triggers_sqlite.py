"""The triggers in SQLite's words. The catalogue keeps their text, so that is what is compared.

A trigger of the main schema sees that schema's tables only, so a temporary table of the same name does not
mislead it. REPLACE fires the delete triggers only under `recursive_triggers`, which every connection of ours
sets; the insert trigger on the ledger's tables refuses an index that exists, for connections that do not.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from duecare.ledger.models import Entry, Noted, OpenAct, Payload

OUTSIDE = "duecare: a record changes only inside recording()"
APPEND_ONLY = "duecare: the ledger is append-only"

_ACT = OpenAct._meta.db_table
_NOTED = Noted._meta.db_table
_GUARD = f"SELECT RAISE(ABORT, '{OUTSIDE}') WHERE NOT EXISTS (SELECT 1 FROM \"{_ACT}\");"  # noqa: S608


def for_record(table: str) -> dict[str, str]:
    """The triggers of a record table, by name."""
    made = {}
    for event, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        note = f'INSERT INTO "{_NOTED}" ("record", "key") VALUES (\'{table}\', {row}."id");'  # noqa: S608
        if event == "update":
            note += (
                f' INSERT INTO "{_NOTED}" ("record", "key") '
                f'SELECT \'{table}\', OLD."id" WHERE OLD."id" IS NOT NEW."id";'
            )
        name = f"duecare_{table}_{event}"
        made[name] = f'CREATE TRIGGER "{name}" AFTER {event.upper()} ON "{table}" BEGIN {_GUARD} {note} END'
    return made


def for_ledger() -> dict[str, str]:
    """The triggers of the ledger's own tables, by name."""
    # FAIL undoes nothing that the statement did before, but these come before it does anything; for what
    # it saves see appending.py.
    refuse = f"BEGIN SELECT RAISE(FAIL, '{APPEND_ONLY}'); END"
    # Of `rowid`, another name of the index, "UPDATE OF" knows nothing; so that is looked at in every update.
    moved = 'NEW."index" IS NOT OLD."index"'
    kept = ", ".join(f'"{column}"' for column in ("index", "kind", "subject", "salt", "data"))
    outside = f'NOT EXISTS (SELECT 1 FROM "{_ACT}")'  # noqa: S608
    made = {}
    for model, what, event, condition in (
        (Entry, "update", "UPDATE", ""),
        (Entry, "delete", "DELETE", ""),
        (Payload, "update", "UPDATE", f' WHEN {outside} OR OLD."until" IS NOT NULL OR {moved}'),
        (Payload, "rewrite", f"UPDATE OF {kept}", ""),
        (Payload, "delete", "DELETE", ""),
    ):
        name = f"duecare_{model._meta.model_name}_{what}"
        made[name] = f'CREATE TRIGGER "{name}" BEFORE {event} ON "{model._meta.db_table}"{condition} {refuse}'
    for model in (Entry, Payload):
        name, table = f"duecare_{model._meta.model_name}_insert", model._meta.db_table
        exists = f'EXISTS (SELECT 1 FROM "{table}" WHERE "index" = NEW."index")'  # noqa: S608
        made[name] = f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{table}" WHEN {outside} OR {exists} {refuse}'
    return made


def present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The triggers in the database, by name, with the SQL that made them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def strangers(
    connection: BaseDatabaseWrapper, known: set[str], tables: set[str]
) -> Iterator[tuple[str, str]]:
    """Triggers on our tables that are none of ours: one could swallow a note or alter a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        for name, table in cursor.fetchall():
            if table in tables and name not in known:
                yield f"the trigger {name}", table
