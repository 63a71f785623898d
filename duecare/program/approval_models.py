"""What is asked for, and what people decide: exceptions and approvals."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat

from duecare.ledger.records import Record
from duecare.ledger.viewers import VisibleQuerySet
from duecare.program.catalogue import safeguards_of
from duecare.program.outcome_models import OfSafeguardsQuerySet
from duecare.program.people_models import Passkey, Person


class SafeguardException(Record):
    """An approved, expiring departure. Until somebody approves it, it is only asked for."""

    safeguard = models.CharField(max_length=40)
    about = models.CharField(max_length=120, blank=True)
    """A typed reference to the finding that it covers; empty for the safeguard as a whole."""
    reason = models.TextField()
    measure = models.TextField()
    """What is done instead, so that the risk stays bearable."""
    expires = models.DateField()
    """Last day on which it holds, in the organisation's zone."""
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When it was withdrawn or refused; one that has expired is not ended, it only no longer holds."""
    ended_because = models.CharField(max_length=200, blank=True)

    objects = OfSafeguardsQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "exception"
        indexes = (
            models.Index(fields=("safeguard", "ended_at"), name="exception_safeguard"),
            models.Index(fields=("about", "ended_at"), name="exception_about"),
            models.Index(fields=("ended_at", "expires", "id"), name="exception_expires"),
        )

    def __str__(self) -> str:
        return f"exception from {self.safeguard}"


class Decided(models.TextChoices):
    """What an approver says."""

    APPROVED = "approved"
    REFUSED = "refused"


class ApprovalQuerySet(VisibleQuerySet["Approval"]):
    def within(self, areas: frozenset[str]) -> VisibleQuerySet[Approval]:
        """Decisions on exceptions from the safeguards of these areas, and on records of their own rooms."""
        rows = SafeguardException.objects.filter(safeguard__in=safeguards_of(areas))
        named = rows.annotate(named=Concat(Value("program.safeguardexception:"), "pk"))
        found = Q(about__in=named.values("named"))
        for area in areas:
            found |= Q(about__startswith=f"{area}.")
        return self.filter(found)


class Approval(Record):
    """What one person decided about one entry: the record as it stood there, and no later version of it."""

    about = models.CharField(max_length=120)
    """A typed reference to the record, for example `program.safeguardexception:k3...`."""
    entry = models.BigIntegerField()
    """Index of the entry that was decided on."""
    commitment = models.CharField(max_length=64)
    """That entry's commitment to its payload, hex: what was signed over (docs/ledger-format.md)."""
    decided = models.CharField(max_length=20, choices=Decided.choices)
    words = models.TextField(blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="approvals")
    at = models.DateTimeField()
    alone = models.BooleanField()
    """Whether who asked also decided, for want of a second person."""
    passkey = models.ForeignKey(Passkey, models.PROTECT, null=True)
    """What it was signed with; null where the server asserts it."""
    authenticator_data = models.TextField(blank=True)
    """Base64url (WebAuthn Level 3, 6.1)."""
    client_data = models.TextField(blank=True)
    """Base64url of clientDataJSON, whose challenge is SHA-256(`duecare/v1/approval`, 0x00, decision, 0x00,
    the commitment's 32 bytes)."""
    signature = models.TextField(blank=True)
    """Base64url, over authenticator data and the SHA-256 of client data."""

    objects = ApprovalQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    class Meta:
        indexes = (models.Index(fields=("about", "at"), name="approval_about"),)

    def __str__(self) -> str:
        return f"{self.about} {self.decided}"
