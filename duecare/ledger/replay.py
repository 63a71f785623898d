"""Replay: the record tables rebuilt from the ledger as it stood at a size, into a SQLite file of their own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from duecare.ledger.models import Payload
from duecare.ledger.records import Shape, read_payload, shapes

CHUNK = 2000


def holding(size: int, using: str = "default") -> Iterator[tuple[str, str, bytes]]:
    """Kind, key and payload of every record that held when the ledger had `size` entries, in no order."""
    table = Payload._meta.db_table
    # Two ranges of the index on (until, index): one OR would scan the whole table.
    columns = '"kind", "subject", "data"'
    sql = (
        f'SELECT {columns} FROM "{table}" WHERE "until" IS NULL AND "index" < %s UNION ALL '  # noqa: S608
        f'SELECT {columns} FROM "{table}" WHERE "until" >= %s AND "index" < %s AND "until" > "index"'
    )
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(sql, [size, size, size])
        while rows := cursor.fetchmany(CHUNK):
            for kind, subject, data in rows:
                yield kind, subject, bytes(data)


def make_tables(path: Path) -> None:
    """Create empty record tables, as the models have them today, in a new SQLite file."""
    wrapper = DatabaseWrapper(
        {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "OPTIONS": {},
            "TIME_ZONE": None,
            "CONN_MAX_AGE": 0,
            "CONN_HEALTH_CHECKS": False,
            "AUTOCOMMIT": True,
            "ATOMIC_REQUESTS": False,
            "TEST": {"NAME": None, "CHARSET": None, "COLLATION": None, "MIGRATE": True, "MIRROR": None},
            "USER": "",
            "PASSWORD": "",
            "HOST": "",
            "PORT": "",
        },
        alias="replay",
    )
    try:
        with wrapper.schema_editor() as editor:
            for shape in shapes().values():
                editor.create_model(shape.model)
    finally:
        wrapper.close()


def replay_into(path: Path, size: int, using: str = "default") -> int:
    """Write every record as it stood at `size` into a new SQLite file; returns how many.

    Snapshots of older schema versions are read through their upcasters.
    """
    make_tables(path)
    known = shapes()
    waiting: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in known}
    count = 0
    with closing(sqlite3.connect(path, isolation_level=None)) as target:
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        target.execute("PRAGMA foreign_keys = OFF")
        target.execute("BEGIN")
        writers = {kind: _Writer(shape, target) for kind, shape in known.items()}
        for kind, _, data in holding(size, using):
            shape = known.get(kind)
            if shape is None:
                continue  # a kind that this release no longer has
            snapshot = read_payload(shape, data)
            if snapshot is None:
                continue
            rows = waiting[kind]
            rows.append(writers[kind].row(snapshot))
            count += 1
            if len(rows) >= CHUNK:
                writers[kind].write(rows)
                rows.clear()
        for kind, rows in waiting.items():
            writers[kind].write(rows)
        target.execute("COMMIT")
    return count


class _Writer:
    """Puts snapshots of one kind into a SQLite table in the form in which Django's backend stores them."""

    def __init__(self, shape: Shape, target: sqlite3.Connection) -> None:
        names = [field.column for field in shape.model._meta.concrete_fields]
        marks = ", ".join("?" * len(names))
        columns = ", ".join(f'"{name}"' for name in names)
        self._sql = f'INSERT INTO "{shape.table}" ({columns}) VALUES ({marks})'  # noqa: S608
        self._target = target
        self._plain = all(kind not in _STORED for kind in shape.types)
        self._columns = shape.columns
        self._convert = [_STORED.get(kind) for kind in shape.types]

    def row(self, snapshot: dict[str, Any]) -> tuple[Any, ...]:
        if self._plain:
            return tuple(snapshot[name] for name in self._columns)
        return tuple(
            value if convert is None or value is None else convert(value)
            for convert, value in zip(
                self._convert, (snapshot[name] for name in self._columns), strict=True
            )
        )

    def write(self, rows: list[tuple[Any, ...]]) -> None:
        self._target.executemany(self._sql, rows)


def _stored_time(value: str) -> str:
    # Django's SQLite backend stores str() of a naive time, which leaves out a zero fraction; comparisons
    # are of text, so this must be the same.
    text = value[:-1].replace("T", " ")
    return text.removesuffix(".000000")


_STORED: dict[str, Callable[[Any], Any]] = {"time": _stored_time, "json": json.dumps}
