"""Triggers for tables that a migration has just made."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper


def guard_tables(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> None:
    """Install the triggers of those tables that are record tables.

    The act and note tables must exist before the first record table: every app with records depends on
    the ledger's first migration.
    """
    from duecare.ledger import triggers
    from duecare.ledger.records import record_models

    if not apps.ready:  # pragma: no cover - schema work before the registry is complete is not a migration
        return
    records = {model._meta.db_table for model in record_models()}
    for table in tables:
        if table in records:
            triggers.install_for(connection, table)
