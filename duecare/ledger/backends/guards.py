"""Triggers for tables that a migration has just made."""

from __future__ import annotations

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper


def guard_table(connection: BaseDatabaseWrapper, table: str, *, formerly: str = "") -> None:
    """Install the triggers of a table if it is a record table; `formerly` is the name it had until now.

    The act and note tables must exist before the first record table: every app with records depends on
    the ledger's first migration.
    """
    from duecare.ledger import triggers
    from duecare.ledger.records import record_models

    if not apps.ready:  # pragma: no cover - schema work before the registry is complete is not a migration
        return
    if table in {model._meta.db_table for model in record_models()}:
        triggers.install_for(connection, table, formerly=formerly)
