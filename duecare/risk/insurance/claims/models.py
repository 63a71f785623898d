"""Claims: what was asked of an insurer after an incident, and what came of it."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.rooms import ROOM, RiskQuerySet


class Claim(Record):
    """One claim under one policy."""

    policy = models.ForeignKey(InsurancePolicy, models.PROTECT, related_name="claims")
    part = models.CharField(max_length=40, blank=True)
    """Id of the policy's part; empty for the policy as a whole."""
    title = models.CharField(max_length=200)
    about = models.CharField(max_length=120, blank=True)
    """A typed reference to the incident; empty for one that is not in Duecare."""
    number = models.CharField(max_length=100, blank=True)
    """The insurer's own."""
    known_at = models.DateTimeField()
    """When we became aware of what it is about: the notice periods are counted from then."""
    noticed_at = models.DateTimeField(null=True)
    """When the insurer was told, as the policy asks; null while nobody was."""
    noticed_how = models.TextField(blank=True)
    """To whom and by what way."""
    claimed = models.BigIntegerField(null=True)
    """In minor units of the policy's currency; null while it cannot be told."""
    paid = models.BigIntegerField(null=True)
    """Likewise; null while nothing was decided, 0 for nothing."""
    state = models.CharField(max_length=20)
    """A key of `states.STATES`."""
    words = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=80)

    room = ROOM
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "insurance claim"
        indexes = (models.Index(fields=("policy", "-known_at"), name="claim_policy"),)

    def __str__(self) -> str:
        return self.title
