"""The triggers that make the ledger complete: no record row changes unseen, whoever writes it.

On every record table, a write outside an act is aborted, and a write within one notes the row's key.
Guarding `save()` and querysets was tried and leaks (bulk writes, cascades, raw SQL), triggers do not
(docs/decisions/0001-capture-by-triggers.md). The ledger's own tables accept appends only, inside acts.

Whoever can alter the database's schema can drop a trigger: `faults()` finds that at every start, and
`duecare ledger verify --live` finds what was written meanwhile.
"""

from __future__ import annotations

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from duecare.errors import Tampered
from duecare.ledger import triggers_postgresql, triggers_sqlite
from duecare.ledger.models import Checkpoint, Entry, Head, Noted, OpenAct, Payload, Tile
from duecare.ledger.records import record_models
from duecare.ledger.triggers_sqlite import APPEND_ONLY, OUTSIDE

__all__ = [
    "APPEND_ONLY",
    "OUTSIDE",
    "demand",
    "faults",
    "for_record",
    "install",
    "install_for",
    "missing",
    "wanted",
]


def wanted(vendor: str) -> dict[str, str]:
    """Every trigger that must exist, by name, with the SQL that makes it."""
    found: dict[str, str] = {}
    for model in record_models():
        found.update(for_record(vendor, model._meta.db_table))
    found.update(triggers_sqlite.for_ledger() if vendor == "sqlite" else triggers_postgresql.for_ledger())
    return found


def for_record(vendor: str, table: str) -> dict[str, str]:
    """The triggers of one record table, by name."""
    make = triggers_sqlite.for_record if vendor == "sqlite" else triggers_postgresql.for_record
    return make(table)


def install(connection: BaseDatabaseWrapper) -> None:
    """Make all triggers that are missing or other than wanted. Idempotent; for after `migrate`."""
    _install(connection, wanted(connection.vendor))


def install_for(connection: BaseDatabaseWrapper, table: str, *, formerly: str = "") -> None:
    """Make the triggers of one record table in the middle of a migration; `formerly` is the name it had."""
    if formerly:
        on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            for name in for_record(connection.vendor, formerly):
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
    _install(connection, for_record(connection.vendor, table))


def _install(connection: BaseDatabaseWrapper, triggers: dict[str, str]) -> None:
    tables = set(connection.introspection.table_names())
    if connection.vendor == "postgresql":
        triggers_postgresql.install_functions(connection)
    present = _present(connection)
    with connection.cursor() as cursor:
        for name, sql in triggers.items():
            table = _table_of(sql)
            if table not in tables or present.get(name) == _mark(connection, sql):
                continue
            on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
            cursor.execute(sql)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that are absent, altered or disabled, sorted."""
    present = _present(connection)
    return sorted(
        name for name, sql in wanted(connection.vendor).items() if present.get(name) != _mark(connection, sql)
    )


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """All that keeps the guard from being whole, each in words; empty when it is."""
    found = [f"the trigger {name} is missing, altered or disabled" for name in missing(connection)]
    ours = {model._meta.db_table for model in record_models()}
    ours |= {model._meta.db_table for model in (Checkpoint, Entry, Head, Noted, OpenAct, Payload, Tile)}
    sqlite = connection.vendor == "sqlite"
    strangers = triggers_sqlite.strangers if sqlite else triggers_postgresql.strangers
    known = set(wanted(connection.vendor))
    found += [f"{what} on {table} is not Duecare's" for what, table in strangers(connection, known, ours)]
    for model in (OpenAct, Noted):
        if model._base_manager.using(connection.alias).exists():
            found.append(f"{model._meta.db_table} is not empty: something wrote around recording()")
    return found


def demand(using: str = "default") -> None:
    """Refuse to go on unless the guard is whole. Raises Tampered saying what is wrong."""
    found = faults(connections[using])
    if found:
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise Tampered(
            _("The database is not guarded as it should be: %(names)s%(more)s.")
            % {"names": "; ".join(found[:5]), "more": more},
            _(
                "Somebody altered it. Run `duecare ledger verify --live` to see what changed "
                "meanwhile, then `duecare migrate` to put missing triggers back."
            ),
        )


def _mark(connection: BaseDatabaseWrapper, sql: str) -> str:
    """What `_present` must show for a trigger that `sql` made."""
    return sql if connection.vendor == "sqlite" else triggers_postgresql.mark(sql)


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    sqlite = connection.vendor == "sqlite"
    return triggers_sqlite.present(connection) if sqlite else triggers_postgresql.present(connection)


def _table_of(sql: str) -> str:
    return sql.split(' ON "', 1)[1].split('"', 1)[0]
