"""The triggers in PostgreSQL's words.

Names in the functions are qualified and the search path is fixed, so that a temporary table of the same name
does not mislead them. The triggers are ALWAYS ones: they fire under `session_replication_role = replica` too,
which would silence ordinary ones. PostgreSQL keeps no text of a trigger: what the catalogue says of it is
compared, and the source of the function that it runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

from duecare.ledger.models import Entry, Noted, OpenAct, Payload
from duecare.ledger.triggers_sqlite import APPEND_ONLY, OUTSIDE

_MAX_NAME = 63

# pg_trigger.tgtype is a sum of these bits (catalog/pg_trigger.h).
_BITS = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}

_NO_ACT = f'NOT EXISTS (SELECT 1 FROM "%(schema)s"."{OpenAct._meta.db_table}")'  # noqa: S608
_NOTE = f'INSERT INTO "%(schema)s"."{Noted._meta.db_table}" ("record", "key") VALUES (TG_TABLE_NAME,'  # noqa: S608
_CHANGED = " OR ".join(
    f'NEW."{column}" IS DISTINCT FROM OLD."{column}"'
    for column in ("index", "kind", "subject", "salt", "data")
)

FUNCTIONS = {
    "duecare_note": f"""
BEGIN
  IF {_NO_ACT} THEN
    RAISE EXCEPTION '{OUTSIDE}';
  END IF;
  IF TG_OP <> 'DELETE' THEN
    {_NOTE} NEW."id");
  END IF;
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD."id" IS DISTINCT FROM NEW."id") THEN
    {_NOTE} OLD."id");
  END IF;
  RETURN NULL;
END """,
    "duecare_inside": f"""
BEGIN
  IF {_NO_ACT} THEN
    RAISE EXCEPTION '{APPEND_ONLY}, inside acts';
  END IF;
  RETURN NULL;
END """,
    "duecare_append_only": f"""
BEGIN
  RAISE EXCEPTION '{APPEND_ONLY}: %%', lower(TG_OP);
END """,
    "duecare_until_only": f"""
BEGIN
  IF {_NO_ACT} OR OLD."until" IS NOT NULL OR {_CHANGED} THEN
    RAISE EXCEPTION '{APPEND_ONLY}';
  END IF;
  RETURN NEW;
END """,
}
"""The source of each trigger function; `%(schema)s` is where the tables are."""


def _make(name: str, when: str, table: str, each: str, function: str) -> dict[str, str]:
    if len(name) > _MAX_NAME:
        raise ImproperlyConfigured(f"{table}: the name of a record's table has at most 46 characters")
    return {
        name: f'CREATE TRIGGER "{name}" {when} ON "{table}" FOR EACH {each} EXECUTE FUNCTION {function}(); '
        f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{name}"'
    }


def for_record(table: str) -> dict[str, str]:
    """The triggers of a record table, by name."""
    return _make(
        f"duecare_{table}_row", "AFTER INSERT OR UPDATE OR DELETE", table, "ROW", "duecare_note"
    ) | _make(f"duecare_{table}_truncate", "BEFORE TRUNCATE", table, "STATEMENT", "duecare_append_only")


def for_ledger() -> dict[str, str]:
    """The triggers of the ledger's own tables, by name."""
    entry, payload = Entry._meta.db_table, Payload._meta.db_table
    return (
        _make("duecare_entry_row", "BEFORE UPDATE OR DELETE", entry, "ROW", "duecare_append_only")
        | _make("duecare_entry_insert", "BEFORE INSERT", entry, "STATEMENT", "duecare_inside")
        | _make("duecare_entry_truncate", "BEFORE TRUNCATE", entry, "STATEMENT", "duecare_append_only")
        | _make("duecare_payload_update", "BEFORE UPDATE", payload, "ROW", "duecare_until_only")
        | _make("duecare_payload_delete", "BEFORE DELETE", payload, "ROW", "duecare_append_only")
        | _make("duecare_payload_insert", "BEFORE INSERT", payload, "STATEMENT", "duecare_inside")
        | _make("duecare_payload_truncate", "BEFORE TRUNCATE", payload, "STATEMENT", "duecare_append_only")
    )


def install_functions(connection: BaseDatabaseWrapper) -> None:
    """Make or renew the trigger functions. They come before the triggers that run them."""
    sound = _sound_functions(connection)
    with connection.cursor() as cursor:
        schema = _schema(connection)
        for name, source in FUNCTIONS.items():
            if name not in sound:
                body = source % {"schema": schema}
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
                    f"SET search_path = pg_catalog, pg_temp AS $duecare${body}$duecare$"
                )


def mark(sql: str) -> str:
    """What `present` shows for the trigger that `sql` made."""
    match = re.match(
        r'CREATE TRIGGER "\w+" (?P<when>[A-Z ]+) ON "(?P<table>\w+)" FOR EACH (?P<each>\w+) '
        r"EXECUTE FUNCTION (?P<function>\w+)\(\)",
        sql,
    )
    assert match is not None  # noqa: S101 - all SQL comes from _make
    words = {*match["when"].split(), match["each"]}
    bits = sum(bit for word, bit in _BITS.items() if word in words)
    return f"{match['table']} {bits} {match['function']}"


def present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The triggers that always fire, for every row and column, and run a function that is as it should be."""
    sound = _sound_functions(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, c.relname, t.tgtype, p.proname FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgattr::text = '' "
            "AND t.tgnargs = 0 AND p.pronamespace = c.relnamespace AND c.relnamespace = "
            "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
        )
        return {
            name: f"{table} {bits} {function}"
            for name, table, bits, function in cursor.fetchall()
            if function in sound
        }


def strangers(
    connection: BaseDatabaseWrapper, known: set[str], tables: set[str]
) -> Iterator[tuple[str, str]]:
    """Triggers, rules and row policies on our tables that are none of ours: one could swallow a note."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'the trigger ' || t.tgname, t.tgname, c.relname FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal UNION ALL "
            "SELECT 'the rule ' || r.rulename, NULL, c.relname FROM pg_rewrite r "
            "JOIN pg_class c ON c.oid = r.ev_class UNION ALL "
            "SELECT 'row security', NULL, c.relname FROM pg_class c WHERE c.relrowsecurity ORDER BY 1"
        )
        for what, name, table in cursor.fetchall():
            if table in tables and name not in known:
                yield what, table


def _schema(connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def _sound_functions(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of our functions whose source and settings are what they should be."""
    schema = _schema(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.prosrc, p.proconfig::text FROM pg_proc p "
            "JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang "
            "WHERE n.nspname = %s AND l.lanname = 'plpgsql' AND NOT p.prosecdef AND p.proname = ANY(%s)",
            [schema, list(FUNCTIONS)],
        )
        return {
            name
            for name, source, configured in cursor.fetchall()
            if source == FUNCTIONS[name] % {"schema": schema}
            and configured == '{"search_path=pg_catalog, pg_temp"}'
        }
