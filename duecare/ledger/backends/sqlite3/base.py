"""SQLite as Duecare uses it: durable, writers in a queue, and record tables never without their triggers."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.db.models import Model

from duecare.ledger.backends.guards import guard_table

T = TypeVar("T")

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


class Cursor(base.SQLiteCursorWrapper):
    """A cursor whose statements outside a transaction wait their turn, as transactions do."""

    def __init__(self, connection: Any, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._wrapper = wrapper

    def execute(self, query: str, params: Any = None) -> Any:
        try:
            return super().execute(query, params)
        except sqlite3.OperationalError as error:
            if self.connection.in_transaction or not _locked(error):
                raise
        return self._wrapper.in_turn(lambda: super(Cursor, self).execute(query, params))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose writers wait their turn.

    SQLite's own waiting is a lottery with ever longer pauses: among six busy writers one waited 9 s while
    others wrote again and again (docs/benchmarks.md). It can also stop everybody: whoever waits holds the
    mutex of their connection, and a writer whose garbage collection comes upon a dead cursor of that
    connection waits for the mutex, with the database locked. So SQLite never waits here. All but the first
    wait for a lock on a file beside the database, and the first tries every two milliseconds.
    """

    SchemaEditorClass = DatabaseSchemaEditor
    _queue: int | None = None
    _held = False
    """Whether this connection has its turn already."""

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

    def init_connection_state(self) -> None:
        super().init_connection_state()
        self.connection.execute("PRAGMA busy_timeout = 0")

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=lambda connection: Cursor(connection, self))

    def _start_transaction_under_autocommit(self) -> None:
        self.in_turn(super()._start_transaction_under_autocommit)  # type: ignore[misc]  # missing in the stubs

    def in_turn(self, write: Callable[[], T]) -> T:
        """Wait until it is this connection's turn, then try to write until the database is free.

        Raises OperationalError if it is not within the `timeout` of the settings.
        """
        if self._held:
            return write()
        assert self._queue is not None  # noqa: S101 - there is a connection
        fcntl.flock(self._queue, fcntl.LOCK_EX)
        self._held = True
        try:
            deadline = time.monotonic() + float(self.settings_dict["OPTIONS"].get("timeout", 5))
            while True:
                try:
                    return write()
                except (OperationalError, sqlite3.OperationalError) as error:
                    if not _locked(error) or time.monotonic() > deadline:
                        raise
                    time.sleep(POLL)
        finally:
            self._held = False
            fcntl.flock(self._queue, fcntl.LOCK_UN)


def _locked(error: Exception) -> bool:
    return "locked" in str(error)
