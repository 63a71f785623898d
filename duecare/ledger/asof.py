"""As of a past day: pages read a replay of the ledger at the size it had then.

A view is a log size. While one is in force, a router sends reads of record models to the replay's file,
those through relations, `prefetch_related`, aggregates and `Model.objects.raw()` too; everything else
(sessions, rights, the ledger itself) stays live, so that rights are decided by today's data. Two things go
around it: `using(LIVE)`, on purpose, and SQL through `connection.cursor()`, which a page must not use on
records. Nothing can be written: record tables refuse it outside an act, and acts refuse to begin.

The view belongs to a context (`contextvars`). A stream or thread that goes on reading after its request has
to run in a copy of that context; outside one, a query meant for a past day fails instead of reading today.

Replays are cached by size, last leaf, and the record's field lists, at most eight, and built once under a
lock. One that was forgotten while somebody still reads it is built again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, models
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.home import Home
from duecare.ledger.models import CLOCK, Entry, Head, from_microseconds, to_microseconds
from duecare.ledger.records import Record, shapes

ALIAS = "as_of"
LIVE = "default"
"""The alias of the live tables, for what a past view must not change: rights, and the zone of days."""
KEPT = 8


@dataclass(frozen=True, slots=True)
class View:
    """What the ledger held at an instant."""

    instant: datetime
    """The end of what was asked for, aware, UTC."""
    size: int
    """How many entries count: those up to the last with a server time no later than the instant."""
    file: Path
    """The replay."""


_current: ContextVar[View | None] = ContextVar("duecare_as_of", default=None)


def current() -> View | None:
    """The view in force in this context, or None for the live tables."""
    return _current.get()


class Router:
    """Sends reads of records to the view in force; writes always go to the live tables."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        if _current.get() is not None and issubclass(model, Record):
            return ALIAS
        return None

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return "default"

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool | None:
        return None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != ALIAS


def end_of(day: date, zone: tzinfo) -> datetime:
    """The last microsecond of a day in a zone, as UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def parse_instant(text: str, zone: tzinfo) -> datetime:
    """The instant that `?as_of=` or `--as-of` means: a day (its end, in `zone`) or a time with its offset.

    Raises BadInput saying what would be understood.
    """
    try:
        if _DAY.fullmatch(text):
            return end_of(date.fromisoformat(text), zone)
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(
            _("%(value)s is not a day.") % {"value": repr(text[:40])},
            _("Write it as 2026-03-01, or as 2026-03-01T15:00:00+01:00."),
        ) from None
    raise BadInput(
        _("%(text)s lacks its offset from UTC.") % {"text": repr(text)},
        _("Write for example 2026-03-01T15:00:00+01:00."),
    )


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def size_at(instant: datetime, using: str = "default", end: int | None = None) -> int:
    """How many entries the ledger had at an instant, by server time; `end` is how many it has, if known.

    Times never go back except where a clock entry says so. Of the stretches between those, the newest that
    reaches back to the instant counts: what stands before it in the log had been recorded by then, whatever
    the clock said. An act is never split: its entries have one time.
    """
    moment = to_microseconds(instant)
    if end is None:
        end = Head.objects.using(using).values_list("size", flat=True).get()
    entries = Entry.objects.using(using)
    steps = entries.filter(kind=CLOCK, index__lt=end).order_by("-index").values_list("head", "at")
    for start, at in [*steps, (0, None)]:
        if at is None or at <= moment:
            with connections[using].cursor() as cursor:
                cursor.execute(_LAST_BEFORE, [moment, start, end])
                last = cursor.fetchone()
            return 0 if last is None else int(last[0]) + 1
        end = start
    return 0


# The plus keeps the primary key's index out of the plan: it would scan where that on the time seeks.
_LAST_BEFORE = (
    f'SELECT "index" FROM "{Entry._meta.db_table}" WHERE "at" <= %s AND +"index" >= %s AND +"index" < %s '  # noqa: S608
    'ORDER BY "at" DESC, "index" DESC LIMIT 1'
)


def view_at(
    instant: datetime,
    using: str = "default",
    *,
    end: int | None = None,
    before_building: Callable[[], None] = lambda: None,
) -> View:
    """The view at an instant, its replay built if it is not there yet; `end` as for `size_at`.

    `before_building` is called first where one must be built, and may raise to refuse it.
    """
    size = size_at(instant, using, end)
    return View(instant, size, replay_file(size, using, before_building))


@contextmanager
def viewing(view: View) -> Iterator[View]:
    """Read records from `view` in this context."""
    mark = _current.set(view)
    connections[ALIAS].close()
    try:
        yield view
    finally:
        connections[ALIAS].close()
        _current.reset(mark)


@cache
def _release_digest() -> str:
    """Differs whenever a record's field list or version does."""
    told = [(shape.kind, shape.schema, shape.columns, shape.types) for shape in shapes().values()]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def replay_file(
    size: int, using: str = "default", before_building: Callable[[], None] = lambda: None
) -> Path:
    """The replay at a size, built if it is not there."""
    from duecare.ledger.replay import replay_into

    home: Home = settings.DUECARE_HOME
    place = home.scratch / f"as-of-{size}-{_history_digest(size, using)}-{_release_digest()}.db"
    try:
        os.utime(place)
    except FileNotFoundError:
        before_building()
    else:
        return place
    with (home.scratch / "as-of.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            building = home.scratch / f".building-{secrets.token_hex(6)}.db"
            try:
                replay_into(building, size, using)
                building.replace(place)
            finally:
                building.unlink(missing_ok=True)
            _forget_oldest(home.scratch)
    return place


def _history_digest(size: int, using: str) -> str:
    """Differs between two histories of one size: a restored backup goes on with other salts.

    The leaf names its log, so that of another log differs too.
    """
    last = Entry.objects.using(using).filter(index=size - 1).values_list("leaf", flat=True).first()
    return hashlib.sha256(bytes(last or b"")).hexdigest()[:16]


def _forget_oldest(scratch: Path) -> None:
    """Keep the eight replays used last. A reader who has another open keeps its data until it is closed."""
    for leftover in scratch.glob(".building-*"):
        leftover.unlink(missing_ok=True)
    files = sorted(scratch.glob("as-of-*.db"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in files[KEPT:]:
        file.unlink(missing_ok=True)


def last_entry_time(using: str = "default") -> datetime | None:
    """Server time of the newest entry."""
    head = Head.objects.using(using).get()
    return from_microseconds(head.last_at) if head.size else None
