"""Answers that people gave in the place of the content's."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from duecare.ledger.records import Record


class Override(Record):
    """That people say whether an obligation applies, whatever the facts of the profile say, and why."""

    obligation = models.CharField(max_length=40)
    """Its id."""
    answer = models.CharField(max_length=20)
    """`applies` or `does not apply`."""
    reason = models.TextField()
    until = models.DateField(null=True)
    """Last day on which it holds; null until it is withdrawn."""
    said = models.CharField(max_length=20)
    """What the content said at that time."""
    version = models.CharField(max_length=60)
    """Of the content that said so."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When it was withdrawn, or another was put in its place."""
    ended_by = models.CharField(max_length=80, blank=True)
    ended_words = models.TextField(blank=True)

    room = "law"

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("obligation",), condition=Q(ended_at=None), name="one_override_an_obligation"
            ),
        )

    def __str__(self) -> str:
        return f"{self.obligation}: {self.answer}"
