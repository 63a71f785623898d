"""Insurer statements: what was told to an insurer, what evidence said then, and who signed for it."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.rooms import ROOM, RiskQuerySet


class InsurerStatement(Record):
    """One question of an insurer with the answer that somebody signed for."""

    policy = models.ForeignKey(InsurancePolicy, models.PROTECT, related_name="statements")
    wording = models.CharField(max_length=100, blank=True)
    """Which version of the policy's conditions or of the form it stands in."""
    question = models.TextField()
    """The insurer's own words, to the letter."""
    kind = models.CharField(max_length=20)
    """`representation`, `warranty` or `condition`, as the policy says."""
    scope = models.TextField()
    """Of what it speaks: all of which accounts, computers, sites."""
    rests_on = models.JSONField(default=list)
    """What of ours shows it: ids as `check:access.accounts_second_factor` or `safeguard:mfa`."""
    lacks = models.TextField(blank=True)
    """What that evidence does not reach of the scope, in words: then it never says yes by itself."""
    predicate = models.TextField()
    """What has to be true of each of them."""
    threshold = models.CharField(max_length=200, blank=True)
    """From which number on, where the question has one."""
    as_of = models.DateField()
    """The day of which it speaks, or from which on."""
    continuity = models.CharField(max_length=20)
    """`on the day`, or `throughout` the period that follows."""
    until = models.DateField(null=True)
    """The last day of that period; null for a statement of one day."""
    exceptions = models.TextField(blank=True)
    """What the statement itself leaves out, as it was told to the insurer."""
    consequence = models.TextField()
    """What follows if it is untrue: rescission, an exclusion, a condition that failed."""
    tell_within = models.PositiveIntegerField(null=True)
    """Days within which the insurer is told of a change; null where the policy names none."""
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    answer = models.CharField(max_length=20, blank=True)
    """`yes`, `no` or `cannot say`, as whoever answers has it; empty while nobody did."""
    differs_because = models.TextField(blank=True)
    """Why the answer is another than what evidence said."""
    basis = models.TextField(blank=True)
    """What whoever answers rests on, in words."""
    said = models.JSONField(default=dict)
    """What evidence said when it was answered, with every counterexample by name (`evidence.Said`)."""
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    signed_at = models.DateTimeField(null=True)
    """When an owner or approver signed; from then on nothing above changes any more."""

    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_because = models.TextField(blank=True)

    room = ROOM
    spans_areas = True
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "insurer statement"
        indexes = (models.Index(fields=("policy", "-made_at"), name="insurer_statement_policy"),)

    def __str__(self) -> str:
        return " ".join(self.question.split())[:100]


class StatementDrift(Record):
    """That evidence no longer agreed with a signed answer, and that the insurer had to be told."""

    statement = models.ForeignKey(InsurerStatement, models.PROTECT, related_name="drifts")
    since = models.DateTimeField()
    """When it was first seen."""
    said = models.JSONField()
    """What evidence said then, or when it last got worse (`evidence.Said`): what the insurer is told."""
    due = models.DateField()
    """The last day on which the insurer is told in time."""
    finding = models.CharField(max_length=40)
    """Key of the finding that it opened."""
    agreed_at = models.DateTimeField(null=True)
    """When evidence agreed again; what was untrue for a time is told all the same. Once it was told, the
    insurer knows what evidence said by the drift until then, and what was signed from then on."""
    told_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=80, blank=True)
    told_words = models.TextField(blank=True)
    """To whom, how, and what was told."""

    room = ROOM
    spans_areas = True
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "drift of an insurer statement"
        indexes = (models.Index(fields=("statement", "told_at"), name="statement_drift"),)

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d} {self.statement}"
