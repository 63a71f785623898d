"""One moment of the database, read at leisure while others write.

A long verification or rebuild asks many questions; without this, acts that commit in between would look
like faults. SQLite's WAL (https://www.sqlite.org/wal.html, section 2.2) and PostgreSQL's REPEATABLE READ both
give a reader one snapshot and let writers go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def one_moment(using: str = "default") -> Iterator[None]:
    """Let every read inside see the database as it was at the first of them. Nothing can be written inside.

    Within a transaction that has begun already, that one's isolation holds.
    """
    connection = connections[using]
    if connection.in_atomic_block:
        yield
        return
    # Not transaction.atomic(): on SQLite that takes the lock of writers (transaction_mode IMMEDIATE).
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("BEGIN" if sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if sqlite:
            cursor.execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if sqlite:
                cursor.execute("PRAGMA query_only = OFF")
            cursor.execute("ROLLBACK")
