"""Decisions about risk, and what people said of them."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import BlobField, Record
from duecare.program.models import Person
from duecare.risk.rooms import ROOM, RiskQuerySet


class RiskDecision(Record):
    """What is to be done about some scenarios: the question, the options weighed, and who signed for it.

    Up to when it is put before an approver it is a draft. What it rests on is frozen in the act that puts it,
    so that whoever signs this entry signs those figures, and nothing that came later.
    """

    number = models.PositiveIntegerField(unique=True)
    """What people call it by: D-1, D-2, D-3..."""
    question = models.CharField(max_length=300)
    scenarios = models.JSONField()
    """Keys of the scenarios that it is about."""
    kind = models.CharField(max_length=10)
    """`accept`, `reduce`, `transfer` or `avoid`."""
    options = models.JSONField()
    """What was weighed, the first of them doing nothing: objects with `label`, `words`, `measures` (keys),
    `cost` (minor units a year, or null: by its measures), `chosen` and `rejected` (why not)."""
    recommendation = models.TextField()
    how = models.TextField(blank=True)
    """Of a transfer which insurance, of what is avoided what stops; else what there is to add."""
    expires_on = models.DateField()
    """Last day on which it stands, in the organisation's zone."""
    reopen = models.TextField()
    """What would reopen it before then."""
    drawn_by = models.CharField(max_length=80)
    drawn_at = models.DateTimeField()

    state = models.CharField(max_length=10)
    """`draft`, `put`, `signed`, `sent back` or `withdrawn`; that it expired its day says."""
    put_by = models.CharField(max_length=80, blank=True)
    put_at = models.DateTimeField(null=True)
    put_before = models.ForeignKey(Person, models.PROTECT, null=True, related_name="risk_decisions")
    """Whom it was put before; null where whoever may sign it was asked."""
    outside = models.BooleanField(default=False)
    """Whether that person is, as whoever put it says, none of the organisation's own."""
    signed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When it was withdrawn."""
    ended_by = models.CharField(max_length=80, blank=True)
    ended_because = models.TextField(blank=True)

    # Frozen when it is put (`freezing.py`); empty before, and again once what was sent back is changed.
    currency = models.CharField(max_length=3, blank=True)
    inputs = BlobField(blank=True)
    """JSON: every input as text, by its name."""
    results = models.JSONField(default=dict)
    """What each came to, fractions as text."""
    figures = models.JSONField(default=dict)
    """What people read, in minor units."""
    versions = models.JSONField(default=dict)
    """Under which it was computed, by name."""
    known = models.JSONField(default=dict)
    """The evidence of that moment: the size of the record, terms, estimates, effects, outcomes, measures."""

    room = ROOM
    spans_areas = True
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "decision about risk"
        indexes = (models.Index(fields=("state", "expires_on", "id"), name="risk_decision_state"),)

    def __str__(self) -> str:
        return f"D-{self.number} {self.question}"

    @property
    def chosen(self) -> int | None:
        """The place, from 0, of the option that is chosen; None while a draft has chosen none."""
        return next((place for place, one in enumerate(self.options) if one["chosen"]), None)


class DecisionWord(Record):
    """What somebody said of a decision before, or after, it was signed. It never changes the decision."""

    decision = models.ForeignKey(RiskDecision, models.PROTECT, related_name="said")
    kind = models.CharField(max_length=10)
    """`back` (sent back), `ask`, `answer`, `dissent` or `delegate`."""
    words = models.TextField(blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    to = models.ForeignKey(Person, models.PROTECT, null=True, related_name="risk_words")
    """Of what was delegated: who is to sign in their place."""
    answers = models.CharField(max_length=40, blank=True)
    """Key of the question that it answers."""

    room = ROOM
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "word on a decision"
        indexes = (models.Index(fields=("decision", "at", "id"), name="risk_word_decision"),)

    def __str__(self) -> str:
        return f"{self.kind} on {self.decision_id}"
