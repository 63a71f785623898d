"""SQLite as Duecare uses it: durable, exclusive writers, and record tables never without their triggers."""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base
from django.db.models import Model

from duecare.ledger.backends.guards import guard_table


class DatabaseSchemaEditor(base.DatabaseSchemaEditor):  # type: ignore[name-defined,misc]
    """A schema editor that puts the triggers back at once.

    SQLite alters a table by building a new one, which drops the old one's triggers: a data migration
    later in the same transaction would write unseen.
    """

    def create_model(self, model: type[Model]) -> None:
        super().create_model(model)
        guard_table(self.connection, model._meta.db_table)

    def _remake_table(self, model: type[Model], *args: Any, **kwargs: Any) -> None:
        super()._remake_table(model, *args, **kwargs)
        guard_table(self.connection, model._meta.db_table)

    def alter_db_table(self, model: type[Model], old: str, new: str) -> None:
        super().alter_db_table(model, old, new)
        guard_table(self.connection, new, formerly=old)


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
