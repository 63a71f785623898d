"""Who sees to a duty, and where what is to be kept lies."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.program.models import Person


class DutyOwner(Record):
    """Who was said to see to a duty of an obligation. One row a duty."""

    duty = models.CharField(max_length=100, unique=True)
    """`<obligation>.<duty>`, by their ids in the content."""
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """Null for nobody."""
    chosen_by = models.CharField(max_length=80)
    chosen_at = models.DateTimeField()

    room = "law"

    def __str__(self) -> str:
        return self.duty


class KeptPlace(Record):
    """Where people say that a kind of records lies which obligations want kept. One row a kind."""

    kind = models.CharField(max_length=20, unique=True)
    """One of `law.obligations.RECORD_KINDS`."""
    place = models.TextField()
    said_by = models.CharField(max_length=80)
    said_at = models.DateTimeField()

    room = "law"

    def __str__(self) -> str:
        return self.kind
