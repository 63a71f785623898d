"""PostgreSQL as Duecare uses it: a record table has its triggers from the moment it exists."""

from __future__ import annotations

from django.db.backends.postgresql import base
from django.db.models import Model

from duecare.ledger.backends.guards import guard_table


class DatabaseSchemaEditor(base.DatabaseSchemaEditor):  # type: ignore[name-defined,misc]
    """A schema editor that guards new record tables at once; altering one keeps its triggers."""

    def create_model(self, model: type[Model]) -> None:
        super().create_model(model)
        guard_table(self.connection, model._meta.db_table)

    def alter_db_table(self, model: type[Model], old: str, new: str) -> None:
        super().alter_db_table(model, old, new)
        guard_table(self.connection, new, formerly=old)


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
