"""Lets a whole Duecare believe that it is another moment, in tests only (DUECARE_TEST_APPS): the one that the
file `stands-at` beside its home names. Whoever writes the file anew moves the time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path


def place(home: Path) -> Path:
    """The file that names the moment."""
    return home.with_name(f"{home.name}.stands-at")


def move(home: Path, moment: datetime) -> None:
    """From now on it is that moment."""
    place(home).write_text(moment.isoformat())


def read(home: Path) -> datetime:
    """The moment that it is."""
    return datetime.fromisoformat(place(home).read_text()).astimezone(UTC)
