"""The tables of the ledger itself. They are the record; all record tables are projections of them.

Only `recording.py` writes entries and payloads, only `sealing.py` tiles and checkpoints. Triggers
(`triggers.py`) refuse any change of an entry, and any change of a payload but its `until`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q

from duecare.ledger.viewers import Viewer, VisibleQuerySet

ACT = "ledger.act"
"""The kind of an act's head."""
CLOCK = "ledger.clock"
"""The kind of the note that the server's clock went back."""
DEMONSTRATION = "demonstration"
"""The domain in the origin of a ledger whose organisation is made up: each of its checkpoints says so."""
KIND_LENGTH = 60
NAME_LENGTH = 80
"""Most characters of a kind, and of an actor or subject."""


class Head(models.Model):
    """The end of the log, one row: locked while an act takes its numbers."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    log = models.CharField(max_length=32)
    origin = models.CharField(max_length=300)
    size = models.BigIntegerField(default=0)
    last_at = models.BigIntegerField(default=0)
    """Time of the newest entry, microseconds since 1970 UTC."""
    sealed = models.BigIntegerField(default=0)
    """How many entries the tiles cover."""

    @property
    def demonstration(self) -> bool:
        """Whether all in it is made up."""
        return self.origin.startswith(f"{DEMONSTRATION}/")

    def __str__(self) -> str:
        return f"{self.origin} at {self.size}"


def withheld() -> Q:
    """The entries that no page, list or export opens, to whomever: those of confined records and their acts.

    An act changes confined records or others, never both (`recording.py`), so what stands after its head
    says whether head and clock note belong to it.
    """
    from duecare.ledger.records import confined_kinds  # which knows all models, and so imports this module

    kinds = confined_kinds()
    first = Entry.objects.filter(pk=OuterRef("head") + 1, kind__in=kinds)
    return Q(kind__in=kinds) | (Q(kind__in=(ACT, CLOCK)) & Q(Exists(first)))


class EntryQuerySet(VisibleQuerySet["Entry"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Entry]:
        """The entries for those who may read everything, without those that are withheld from everybody."""
        return super().visible_to(viewer).exclude(withheld())


class Entry(models.Model):
    """One leaf with its opened meta. The text columns repeat the meta so that lists can filter by them."""

    index = models.BigAutoField(primary_key=True)
    at = models.BigIntegerField()
    """Server time, microseconds since 1970 UTC."""
    head = models.BigIntegerField()
    """Index of the act's first entry."""
    kind = models.CharField(max_length=KIND_LENGTH)
    action = models.CharField(max_length=10)
    actor = models.CharField(max_length=NAME_LENGTH)
    subject = models.CharField(max_length=NAME_LENGTH)
    leaf = models.BinaryField()
    meta_salt = models.BinaryField(max_length=32)
    meta = models.BinaryField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("at", "index"), name="entry_at"),
            models.Index(fields=("kind", "index"), name="entry_kind"),
            models.Index(fields=("subject", "index"), name="entry_subject"),
            models.Index(fields=("actor", "index"), name="entry_actor"),
            # For two filters at once; one index alone would lead through all of what one of them leaves.
            models.Index(fields=("kind", "action", "index"), name="entry_kind_action"),
            models.Index(fields=("kind", "actor", "index"), name="entry_kind_actor"),
            # Deletions are rare: without their own index, finding that there are none reads every entry.
            models.Index(fields=("index",), condition=models.Q(action="deleted"), name="entry_deleted"),
        )

    def __str__(self) -> str:
        return f"entry {self.index}"

    @property
    def time(self) -> datetime:
        return from_microseconds(self.at)


class Payload(models.Model):
    """The opened payload of an entry; its own row, so that erasing it leaves the entry whole."""

    index = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=KIND_LENGTH)
    subject = models.CharField(max_length=NAME_LENGTH)
    until = models.BigIntegerField(null=True)
    """Index of the entry that superseded this; null while it holds; its own index for what never held
    (notes, acts, deletions)."""
    salt = models.BinaryField(max_length=32)
    data = models.BinaryField()

    class Meta:
        indexes = (
            # For past days: what was superseded, neither what holds nor notes.
            models.Index(
                fields=("until", "index"),
                condition=models.Q(until__gt=models.F("index")),
                name="payload_until",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject"),
                condition=models.Q(until__isnull=True),
                name="payload_one_holds",
            ),
        )

    def __str__(self) -> str:
        return f"payload {self.index}"


class Tile(models.Model):
    """Hashes of the tree (C2SP tlog-tiles); derived from the leaves, and can be rebuilt."""

    id = models.BigAutoField(primary_key=True)
    """level * 2**48 + number."""
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"tile {self.id >> 48}/{self.id & (2**48 - 1)}"


class Checkpoint(models.Model):
    """A signed statement of size and root. Keys and the newest checkpoint lie outside the database too."""

    size = models.BigAutoField(primary_key=True)
    at = models.BigIntegerField()
    note = models.BinaryField()

    def __str__(self) -> str:
        return f"checkpoint at {self.size}"

    @property
    def time(self) -> datetime:
        return from_microseconds(self.at)


class OpenAct(models.Model):
    """The mark of an act under way: inserted and removed by one transaction, so no other ever sees it."""

    id = models.CharField(primary_key=True, max_length=32)

    def __str__(self) -> str:
        return self.id


class Noted(models.Model):
    """A row that the act under way has touched, written by the triggers, read and removed at its end."""

    id = models.BigAutoField(primary_key=True)
    record = models.CharField(max_length=NAME_LENGTH)
    key = models.CharField(max_length=NAME_LENGTH)

    def __str__(self) -> str:
        return f"{self.record} {self.key}"


def from_microseconds(value: int) -> datetime:
    """An aware time from microseconds since 1970 UTC, exact."""
    return datetime.fromtimestamp(value // 1_000_000, UTC).replace(microsecond=value % 1_000_000)


def to_microseconds(value: datetime) -> int:
    """Microseconds since 1970 UTC, exact."""
    return int(value.replace(microsecond=0).timestamp()) * 1_000_000 + value.microsecond
