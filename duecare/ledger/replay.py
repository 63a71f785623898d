"""Replay: the record tables as they stood at a size of the ledger, in a SQLite file of their own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.models import UniqueConstraint
from django.utils.translation import gettext as _

from duecare.errors import Tampered
from duecare.ledger.models import Payload
from duecare.ledger.records import Shape, read_payload, shapes

CHUNK = 2000


def holding(size: int, using: str = "default") -> Iterator[tuple[str, str, bytes]]:
    """Kind, key and payload of every record that held when the ledger had `size` entries, in no order."""
    table = Payload._meta.db_table
    # What holds now and what was superseded later each have a partial index: one OR would scan the table.
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


def replay_into(path: Path, size: int, using: str = "default") -> int:
    """Write every record as it stood at `size` into a new SQLite file; returns how many.

    Snapshots of older schema versions are read through their upcasters. Raises Tampered if two states of one
    record are marked as holding at once, or one cannot be read.
    """
    known = shapes()
    waiting: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in known}
    count = 0
    with closing(sqlite3.connect(path, isolation_level=None)) as target:
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        target.execute("BEGIN")
        _make_tables(target, known.values())
        writers = {kind: _Writer(shape, target) for kind, shape in known.items()}
        for kind, key, data in holding(size, using):
            shape = known.get(kind)
            if shape is None:
                continue  # a kind that this release no longer has
            rows = waiting[kind]
            try:
                snapshot = read_payload(shape, data)
                if snapshot is None:
                    continue
                rows.append(writers[kind].row(snapshot))
            except (ValueError, KeyError, TypeError) as error:
                raise Tampered(
                    _("A payload of %(kind)s %(key)s cannot be read: %(error)s.")
                    % {"kind": kind, "key": key, "error": repr(error)},
                    _("Run `duecare ledger verify --live` to find the entry."),
                ) from error
            count += 1
            if len(rows) >= CHUNK:
                writers[kind].write(rows)
                rows.clear()
        for kind, rows in waiting.items():
            writers[kind].write(rows)
        _make_indexes(target, known.values())
        target.execute("COMMIT")
    return count


_SQLITE = DatabaseWrapper({"ENGINE": "", "NAME": "", "OPTIONS": {}}, alias="replay")
"""Never connected: it knows what SQLite calls each type of column."""


def _make_tables(target: sqlite3.Connection, known: Iterable[Shape]) -> None:
    """Create empty record tables with the columns that the models have today.

    Without their constraints: what was right on an old day may break a rule that came later.
    """
    for shape in known:
        columns = ", ".join(
            f'"{field.column}" {field.db_type(_SQLITE)}{" PRIMARY KEY" if field.primary_key else ""}'
            for field in shape.model._meta.concrete_fields
        )
        target.execute(f'CREATE TABLE "{shape.table}" ({columns})')


def _make_indexes(target: sqlite3.Connection, known: Iterable[Shape]) -> None:
    """Create the indexes that the models ask for, so that a page of a past day is as fast as today's."""
    for shape in known:
        meta = shape.model._meta
        column_of = {
            name: field.column for field in meta.concrete_fields for name in (field.name, field.attname)
        }
        indexed: list[Sequence[str]] = [
            (field.name,)
            for field in meta.concrete_fields
            if (getattr(field, "db_index", False) or field.unique) and not field.primary_key
        ]
        indexed += [index.fields for index in meta.indexes]
        indexed += [each.fields for each in meta.constraints if isinstance(each, UniqueConstraint)]
        for number, names in enumerate(filter(None, indexed)):  # one over expressions names no fields
            columns = ", ".join(
                f'"{column_of[name.lstrip("-")]}"{" DESC" if name.startswith("-") else ""}' for name in names
            )
            target.execute(f'CREATE INDEX "{shape.table}_{number}" ON "{shape.table}" ({columns})')


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
            for convert, value in zip(self._convert, (snapshot[name] for name in self._columns), strict=True)
        )

    def write(self, rows: list[tuple[Any, ...]]) -> None:
        try:
            self._target.executemany(self._sql, rows)
        except sqlite3.IntegrityError as error:
            raise Tampered(
                _("Two states of one record are said to have held at once (%(error)s).") % {"error": error},
                _("Run `duecare ledger verify --live` to find the entry."),
            ) from error


def _stored_time(value: str) -> str:
    # Django's SQLite backend stores str() of a naive time, which leaves out a zero fraction; comparisons
    # are of text, so this must be the same.
    text = value[:-1].replace("T", " ")
    return text.removesuffix(".000000")


_STORED: dict[str, Callable[[Any], Any]] = {"time": _stored_time, "json": json.dumps}
