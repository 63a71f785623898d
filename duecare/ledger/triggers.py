"""The triggers that make the ledger complete: no record row changes unseen, whoever writes it.

On every record table, a write outside an act is aborted, and a write within one notes the row's key.
Guarding `save()` and querysets was tried and leaks (bulk writes, cascades, raw SQL), triggers do not
(docs/decisions/0001-capture-by-triggers.md). The ledger's own tables accept appends only.

Whoever can alter the database's schema can drop a trigger: `missing()` finds that at every start, and
`duecare ledger verify --live` finds what was written meanwhile.
"""

from __future__ import annotations

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from duecare.errors import Tampered
from duecare.ledger.models import Entry, Noted, OpenAct, Payload
from duecare.ledger.records import record_models

OUTSIDE = "duecare: a record changes only inside recording()"
APPEND_ONLY = "duecare: the ledger is append-only"

_ACT = OpenAct._meta.db_table
_NOTED = Noted._meta.db_table


def wanted(vendor: str) -> dict[str, str]:
    """Every trigger that must exist, by name, with the SQL that makes it."""
    found: dict[str, str] = {}
    for model in record_models():
        found.update(for_record(vendor, model._meta.db_table))
    found.update(_for_ledger(vendor))
    return found


def for_record(vendor: str, table: str) -> dict[str, str]:
    """The triggers of one record table, by name."""
    make = _sqlite_record if vendor == "sqlite" else _postgresql_record
    return make(table)


def _sqlite_record(table: str) -> dict[str, str]:
    guard = f"SELECT RAISE(ABORT, '{OUTSIDE}') WHERE NOT EXISTS (SELECT 1 FROM \"{_ACT}\");"  # noqa: S608
    made = {}
    for event, rows in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
        notes = " ".join(
            f'INSERT INTO "{_NOTED}" ("record", "key") VALUES (\'{table}\', {row}."id");'  # noqa: S608
            for row in rows
            if not (event == "update" and row == "OLD")
        )
        if event == "update":
            notes += (
                f' INSERT INTO "{_NOTED}" ("record", "key") '  # noqa: S608
                f'SELECT \'{table}\', OLD."id" WHERE OLD."id" IS NOT NEW."id";'
            )
        name = f"duecare_{table}_{event}"
        made[name] = f'CREATE TRIGGER "{name}" AFTER {event.upper()} ON "{table}" BEGIN {guard} {notes} END'
    return made


def _postgresql_record(table: str) -> dict[str, str]:
    row, whole = f"duecare_{table}_row", f"duecare_{table}_truncate"
    return {
        row: f'CREATE TRIGGER "{row}" AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION duecare_note()",
        whole: f'CREATE TRIGGER "{whole}" BEFORE TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION duecare_no_truncate()",
    }


_POSTGRESQL_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION duecare_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM "{_ACT}") THEN
    RAISE EXCEPTION '{OUTSIDE}';
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO "{_NOTED}" ("record", "key") VALUES (TG_TABLE_NAME, NEW."id");
  END IF;
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD."id" IS DISTINCT FROM NEW."id") THEN
    INSERT INTO "{_NOTED}" ("record", "key") VALUES (TG_TABLE_NAME, OLD."id");
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION duecare_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{APPEND_ONLY}: truncate'; END $$;
CREATE OR REPLACE FUNCTION duecare_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$;
CREATE OR REPLACE FUNCTION duecare_until_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."until" IS NOT NULL OR NEW."index" <> OLD."index" OR NEW."salt" <> OLD."salt"
     OR NEW."data" <> OLD."data" OR NEW."kind" <> OLD."kind" OR NEW."subject" <> OLD."subject" THEN
    RAISE EXCEPTION '{APPEND_ONLY}';
  END IF;
  RETURN NEW;
END $$;
"""


def _for_ledger(vendor: str) -> dict[str, str]:
    entry, payload = Entry._meta.db_table, Payload._meta.db_table
    if vendor == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        return {
            "duecare_entry_update": f'CREATE TRIGGER "duecare_entry_update" BEFORE UPDATE ON "{entry}" {refuse}',
            "duecare_entry_delete": f'CREATE TRIGGER "duecare_entry_delete" BEFORE DELETE ON "{entry}" {refuse}',
            "duecare_payload_update": (
                f'CREATE TRIGGER "duecare_payload_update" BEFORE UPDATE ON "{payload}" '
                'WHEN OLD."until" IS NOT NULL OR NEW."index" <> OLD."index" OR NEW."salt" <> OLD."salt" '
                'OR NEW."data" <> OLD."data" OR NEW."kind" <> OLD."kind" OR NEW."subject" <> OLD."subject" '
                f"{refuse}"
            ),
            "duecare_payload_delete": (
                f'CREATE TRIGGER "duecare_payload_delete" BEFORE DELETE ON "{payload}" {refuse}'
            ),
        }
    refuse = "EXECUTE FUNCTION duecare_append_only()"
    return {
        "duecare_entry_row": f'CREATE TRIGGER "duecare_entry_row" BEFORE UPDATE OR DELETE ON "{entry}" '
        f"FOR EACH ROW {refuse}",
        "duecare_entry_truncate": f'CREATE TRIGGER "duecare_entry_truncate" BEFORE TRUNCATE ON "{entry}" '
        f"FOR EACH STATEMENT {refuse}",
        "duecare_payload_update": f'CREATE TRIGGER "duecare_payload_update" BEFORE UPDATE ON "{payload}" '
        "FOR EACH ROW EXECUTE FUNCTION duecare_until_only()",
        "duecare_payload_delete": f'CREATE TRIGGER "duecare_payload_delete" BEFORE DELETE ON "{payload}" '
        f"FOR EACH ROW {refuse}",
        "duecare_payload_truncate": f'CREATE TRIGGER "duecare_payload_truncate" BEFORE TRUNCATE ON "{payload}" '
        f"FOR EACH STATEMENT {refuse}",
    }


def install(connection: BaseDatabaseWrapper) -> None:
    """Make all triggers that are missing or other than wanted. Idempotent; for after `migrate`."""
    _install(connection, wanted(connection.vendor))


def install_for(connection: BaseDatabaseWrapper, table: str) -> None:
    """Make the triggers of one record table, in the middle of a migration."""
    _install(connection, for_record(connection.vendor, table))


def _install(connection: BaseDatabaseWrapper, triggers: dict[str, str]) -> None:
    tables = set(connection.introspection.table_names())
    present = _present(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTIONS)
        for name, sql in triggers.items():
            table = _table_of(sql)
            if table not in tables or present.get(name) == sql:
                continue
            on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
            cursor.execute(sql)
            if connection.vendor == "postgresql":
                literal = sql.replace("'", "''")
                cursor.execute(f"COMMENT ON TRIGGER \"{name}\" ON \"{table}\" IS '{literal}'")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that are absent, altered or disabled, sorted."""
    present = _present(connection)
    return sorted(name for name, sql in wanted(connection.vendor).items() if present.get(name) != sql)


def demand(using: str = "default") -> None:
    """Refuse to go on without every trigger. Raises Tampered naming those that are missing."""
    lacking = missing(connections[using])
    if lacking:
        raise Tampered(
            f"The database lacks {len(lacking)} of the triggers that guard the record: {', '.join(lacking[:5])}.",
            "Somebody altered its schema. Run `duecare ledger verify --live` to see what changed meanwhile, "
            "then `duecare migrate` to put them back.",
        )


def _table_of(sql: str) -> str:
    return sql.split(' ON "', 1)[1].split('"', 1)[0]


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Triggers of ours in the database with the SQL that made them; disabled ones are left out."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        else:
            # A trigger's own text is not kept by PostgreSQL: the comment holds it, the catalogue must agree.
            cursor.execute(
                "SELECT t.tgname, obj_description(t.oid, 'pg_trigger') FROM pg_trigger t "
                "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
                "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgname LIKE 'duecare\\_%%' "
                "AND position(p.proname IN obj_description(t.oid, 'pg_trigger')) > 0 "
                "AND pg_table_is_visible(c.oid)"
            )
        return dict(cursor.fetchall())
