"""What people say where no machine sees."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.program.outcome_models import OfSafeguardsQuerySet


class Answer(models.TextChoices):
    """What a statement says to its question."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_APPLICABLE = "not applicable"


class Review(models.TextChoices):
    """What a second person says to a statement."""

    AGREED = "agreed"
    DOUBTED = "doubted"


class Statement(Record):
    """Evidence given by a named person, for what no machine sees. One of a question counts at a time."""

    safeguard = models.CharField(max_length=40)
    question = models.CharField(max_length=80)
    """Id of the question (`content/questions.yaml`)."""
    asked = models.TextField()
    """The question in the words in which it was asked."""
    answer = models.CharField(max_length=20, choices=Answer.choices)
    words = models.TextField()
    """How it is done, or why not: what a reader needs to believe it."""
    link = models.CharField(max_length=500, blank=True)
    period_from = models.DateField()
    """First day that the statement speaks of."""
    period_to = models.DateField()
    """Last day that the statement speaks of."""
    expires = models.DateField()
    """Last day on which it counts, in the organisation's zone."""
    made_by = models.CharField(max_length=80)
    """The actor. Asserted by the server."""
    made_at = models.DateTimeField()
    review = models.CharField(max_length=20, choices=Review.choices, blank=True)
    review_words = models.TextField(blank=True)
    reviewed_by = models.CharField(max_length=80, blank=True)
    """An actor other than the one who made it."""
    reviewed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When it was replaced or withdrawn; one that has expired is not ended, it only no longer counts."""
    ended_because = models.CharField(max_length=200, blank=True)

    objects = OfSafeguardsQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (
            models.Index(fields=("safeguard", "ended_at"), name="statement_safeguard"),
            models.Index(fields=("question", "ended_at"), name="statement_question"),
            models.Index(fields=("ended_at", "expires", "id"), name="statement_expires"),
        )

    def __str__(self) -> str:
        return f"{self.asked} {self.answer}"
