"""SQLite as Duecare uses it: durable, writers in a queue, and record tables never without their triggers."""

from __future__ import annotations

import fcntl
import os
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.db.models import Model

from duecare.ledger.backends.guards import guard_table

POLL = 0.002
"""Seconds between two tries of the writer whose turn it is."""


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
    """A connection whose transactions wait their turn.

    SQLite's own waiting is a lottery with ever longer pauses: among six busy writers one waited 9 s while
    others wrote again and again (docs/benchmarks.md). Here all but the first wait for a lock on a file beside
    the database, and the first tries every two milliseconds.
    """

    SchemaEditorClass = DatabaseSchemaEditor
    _queue: int | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self._queue = os.open(
            f"{conn_params['database']}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        return connection

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]  # missing in the stubs
        if self._queue is not None:
            os.close(self._queue)
            self._queue = None

    def _start_transaction_under_autocommit(self) -> None:
        assert self._queue is not None  # noqa: S101 - there is a connection
        seconds = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        fcntl.flock(self._queue, fcntl.LOCK_EX)
        try:
            self._busy_timeout(0)
            deadline = time.monotonic() + seconds
            while True:
                try:
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]  # likewise
                    return
                except OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > deadline:
                        raise
                    time.sleep(POLL)
        finally:
            self._busy_timeout(seconds)
            fcntl.flock(self._queue, fcntl.LOCK_UN)

    def _busy_timeout(self, seconds: float) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
