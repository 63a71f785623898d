"""Questionnaires: the forms that insurers ask to be filled in before they offer or renew a policy."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.risk.rooms import ROOM, RiskQuerySet


class Questionnaire(Record):
    """One form for one insurer, with all its questions and answers: who signs it signs them all."""

    title = models.CharField(max_length=200)
    insurer = models.CharField(max_length=200)
    as_of = models.DateField()
    """The day of which the answers speak."""
    questions = models.JSONField(default=list)
    """In order: objects as `asked.Asked` holds them."""
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    filled_at = models.DateTimeField(null=True)
    """When evidence was last asked."""
    reviewed_at = models.DateTimeField(null=True)
    """When somebody read all answers and found them right; empty again after every change."""
    reviewed_by = models.CharField(max_length=80, blank=True)
    signed_at = models.DateTimeField(null=True)
    """When an owner or approver signed; from then on it is frozen."""
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_because = models.TextField(blank=True)

    room = ROOM
    spans_areas = True
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "questionnaire"

    def __str__(self) -> str:
        return f"{self.title} ({self.insurer})"
