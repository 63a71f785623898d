"""The router that the operations of this room share, and which entry a change names."""

from __future__ import annotations

from ninja import Router

from duecare.ledger.records import Record
from duecare.program.unchanged import seen_entry

router = Router(tags=["Risk"])
NEWEST = 1 << 62
"""Newer than any entry: of what is new nothing can be overwritten."""


def seen_or_newest(row: Record, given: int | None) -> int:
    """The entry that a change names, or the newest: a program that does not say it overwrites."""
    return seen_entry(row) if given is None else given
