"""What the ledger's tests share: a small library of books, and hands that reach around the guards."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from duecare.ledger import triggers
from duecare.ledger.models import Entry, Head
from duecare.ledger.recording import recording
from tests.testapp.models import Book, Shelf

ACTOR = "person:test"
ROOT = Path(__file__).parents[2]


def library(books: int = 3) -> tuple[Shelf, list[Book]]:
    """A shelf and its books, recorded as the log's next act."""
    with recording(ACTOR, "stock the shelf"):
        shelf = Shelf.objects.create(name="history")
        made = [Book(shelf=shelf, loose=shelf, title=f"volume {n}", pages=n) for n in range(books)]
        Book.objects.bulk_create(made)
    return shelf, made


def size() -> int:
    """How many entries the log has."""
    return Head.objects.get().size


def newest(subject: str) -> int:
    """The last entry about a record."""
    return Entry.objects.filter(subject=subject).latest("index").index


def sql(statement: str, *values: Any) -> None:
    """Run a statement as somebody with the database's password would."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def unguarded() -> Iterator[None]:
    """Without triggers meanwhile; they are put back as they were, so that only their absence is hidden."""
    for name, made in triggers.wanted(connection.vendor).items():
        table = made.split(' ON "', 1)[1].split('"', 1)[0]
        sql(f'DROP TRIGGER "{name}"' + (f' ON "{table}"' if connection.vendor == "postgresql" else ""))
    yield
    triggers.install(connection)


def environment() -> dict[str, str]:
    """The environment in which a process of its own opens this test's home and database."""
    found = dict(
        os.environ, DUECARE_HOME=str(settings.DUECARE_HOME.path), PYTHONPATH=os.pathsep.join(sys.path)
    )
    if connection.vendor == "postgresql":
        parts = connection.settings_dict
        found["DUECARE_DATABASE"] = f"postgresql://{parts['USER']}@/{parts['NAME']}?host={parts['HOST']}"
    return found
