"""The records of matters: work at counsel's direction, under a key of its own.

See docs/decisions/0006-matters.md. What people wrote stands in these rows sealed (`matter_seal.py`), so
tables, payloads, backups, exports and replays hold it only so. The keys of a matter's records begin with the
matter's own key.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar

from django.db import models

from duecare.ledger import asof
from duecare.ledger.records import BlobField, Record
from duecare.ledger.viewers import Viewer, VisibleQuerySet

M = TypeVar("M", bound=models.Model)


class MatterQuerySet(VisibleQuerySet[M]):
    field: ClassVar[str] = "matter_id__in"
    """How a row is found by the keys of matters."""

    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[M]:
        """What belongs to matters that the viewer is a member of; nothing on a past day, to anybody."""
        if asof.current() is not None or not viewer.matters:
            return self.none()
        return self.filter(**{self.field: viewer.matters})


class MatterItselfQuerySet(MatterQuerySet["Matter"]):
    field = "pk__in"


class Matter(Record):
    """Work that counsel directs. Its existence is told to its members alone."""

    confined = True

    title = models.TextField()
    """Sealed."""
    why = models.TextField()
    """Sealed: what counsel is to advise on, and that they asked for the work."""
    counsel = models.ForeignKey("program.Person", models.PROTECT, related_name="+")
    """Who directs the work, and releases from it; a member."""
    opened_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    closed_by = models.CharField(max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True)
    """A closed matter takes no more papers; its members still read it."""

    objects = MatterItselfQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    def __str__(self) -> str:
        return "matter"


class MatterMember(Record):
    """Somebody who reads a matter and adds to it, from when they were added until that ends."""

    confined = True

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="members")
    person = models.ForeignKey("program.Person", models.PROTECT, related_name="matter_memberships")
    why = models.TextField()
    """Sealed: what they are needed for."""
    added_by = models.CharField(max_length=80)
    added_at = models.DateTimeField()
    ended_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = MatterQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "member of a matter"
        indexes = (models.Index(fields=("person", "ended_at"), name="matter_member_person"),)

    def __str__(self) -> str:
        return "member of a matter"


class PaperKind(models.TextChoices):
    """What a paper is."""

    NOTE = "note"
    FILE = "file"
    COPY = "copy"
    """What a record said when it was copied into the matter."""


class MatterPaper(Record):
    """One piece of work in a matter. Papers are not changed: what was written, was written."""

    confined = True

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=10, choices=PaperKind.choices)
    title = models.TextField()
    """Sealed."""
    words = models.TextField(blank=True)
    """Sealed; empty for a file without a word."""
    about = models.TextField(blank=True)
    """Sealed: a typed reference to what it is a copy of."""
    name = models.TextField(blank=True)
    """Sealed: the file's name."""
    size = models.PositiveBigIntegerField(default=0)
    """Bytes of the file as it was handed in."""
    content = BlobField()
    """The sealed file; empty if there is none."""
    lock = models.CharField(max_length=64)
    """What shows later that the key with which this was sealed is the one that is given then."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    objects = MatterQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "paper of a matter"
        indexes = (models.Index(fields=("matter", "made_at"), name="matter_paper_made"),)

    def __str__(self) -> str:
        return "paper of a matter"


class ReleasedPaper(Record):
    """What counsel released from a matter: a paper in plain words, and which entry had held it sealed."""

    matter = models.CharField(max_length=40)
    """Key of the matter."""
    paper = models.CharField(max_length=40, unique=True)
    """Key of the paper."""
    entry = models.BigIntegerField()
    """Index of the entry that holds the sealed paper."""
    commitment = models.CharField(max_length=64)
    """That entry's commitment to its payload, hex."""
    kind = models.CharField(max_length=10, choices=PaperKind.choices)
    title = models.CharField(max_length=200)
    words = models.TextField(blank=True)
    about = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    content = BlobField()
    """The file as it was handed in; empty if there is none."""
    sealed = BlobField()
    """The same file as it was sealed."""
    opening = BlobField()
    """JSON: what opens the sealed entry, and the key of this paper alone (docs/ledger-format.md)."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    counsel = models.ForeignKey("program.Person", models.PROTECT, related_name="+")
    """Who was counsel of the matter when it was released."""
    released_by = models.CharField(max_length=80)
    released_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        verbose_name = "released paper"
        indexes = (models.Index(fields=("-released_at", "-id"), name="released_at"),)

    def __str__(self) -> str:
        return self.title
