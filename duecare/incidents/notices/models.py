"""Notices to authorities, people and partners, from the draft to the proof that they were handed in."""

from __future__ import annotations

from django.db import models

from duecare.incidents.cases.models import ROOM, Case, OfCaseQuerySet
from duecare.ledger.records import Record

OUTSIDE, MAIL = "outside", "mail"
"""How a notice was handed in."""


class Notice(Record):
    """One notice to one recipient, for one clock."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    obligation = models.CharField(max_length=80)
    clock = models.CharField(max_length=80)
    part = models.PositiveIntegerField(default=1)
    """Of several that follow each other on the same clock: 1, 2, 3..."""
    recipient = models.TextField()
    """Who is told, by name."""
    subject = models.CharField(max_length=300)
    words = models.TextField()
    drafted_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField()
    """When the text became what it is."""
    changed_by = models.CharField(max_length=80)
    reviewed_at = models.DateTimeField(null=True)
    """When somebody else agreed to the text as it stands; a change of it takes that back."""
    reviewed_by = models.CharField(max_length=80, blank=True)
    reviewed_alone = models.BooleanField(default=False)
    """Whether whoever wrote the text also agreed to it, for want of a second person."""
    review_words = models.TextField(blank=True)
    how = models.CharField(max_length=20, blank=True)
    """`outside` (a form, a call, a letter) or `mail`; empty while it was not sent. By `mail` it waits in the
    outbox until it was submitted."""
    address = models.CharField(max_length=254, blank=True)
    """Where it was mailed to, or the form's address."""
    submitted_at = models.DateTimeField(null=True)
    """When it was handed in, by the word of whoever did, or by the mail server's acceptance."""
    submitted_by = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    """What the recipient calls it."""
    proof_words = models.TextField(blank=True)
    """What shows that it went in; files are put to the notice."""
    dropped_at = models.DateTimeField(null=True)
    dropped_because = models.TextField(blank=True)

    room = ROOM
    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("case", "obligation", "clock"), name="notice_clock"),)

    def __str__(self) -> str:
        return self.subject
