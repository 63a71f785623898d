"""Since when a field of a record holds what it holds: read from the record, which no row can contradict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from duecare.ledger.models import Entry, Payload
from duecare.ledger.records import Record, read_payload, shapes

KEYS = 500
"""Subjects that one query asks for."""


@dataclass(frozen=True, slots=True)
class Change:
    """The entry by which a field became what it is."""

    index: int
    at: datetime
    actor: str


def last_changes(model: type[Record], keys: Iterable[str], column: str) -> dict[str, Change]:
    """Of each of these records, the entry that gave a column its value of now: its first one, if it never
    changed. Records that are not there are left out.

    What was erased is not read: there the oldest entry that can be read and agrees is told. For actions and
    jobs; it reads the whole history of each record.
    """
    shape = shapes()[model._meta.label_lower]
    found: dict[str, Change] = {}
    wanted = list(dict.fromkeys(keys))
    for start in range(0, len(wanted), KEYS):
        entries = Entry.objects.filter(kind=shape.kind, subject__in=wanted[start : start + KEYS])
        rows = list(entries.order_by("-index"))
        data = dict(Payload.objects.filter(pk__in=[row.pk for row in rows]).values_list("index", "data"))
        now: dict[str, object] = {}
        settled: set[str] = set()
        for row in rows:
            snapshot = read_payload(shape, bytes(data[row.pk])) if row.pk in data else None
            if row.subject in settled or snapshot is None:
                settled.add(row.subject)
            elif now.setdefault(row.subject, snapshot[column]) == snapshot[column]:
                found[row.subject] = Change(row.pk, row.time, row.actor)
            else:
                settled.add(row.subject)
    return found
