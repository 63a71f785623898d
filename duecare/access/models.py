"""Accounts in the services that the organisation uses, as lists that somebody downloaded tell of them.

Null means unknown throughout: what no file told is not guessed.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from duecare.ledger.records import BlobField, Record


class AccountSource(Record):
    """A service whose accounts are known: "Entra ID". What is known of it is as fresh as its newest files."""

    name = models.CharField(max_length=100, unique=True)
    list_at = models.DateTimeField(null=True)
    """When the newest whole list of its accounts was downloaded; null if none was ever taken in."""
    list_file = BlobField(blank=True)
    factors_at = models.DateTimeField(null=True)
    """When the newest whole list of their second factors was downloaded."""
    factors_file = BlobField(blank=True)

    room = "access"

    def __str__(self) -> str:
        return self.name


class AccountKind(models.TextChoices):
    """Whose an account is."""

    PERSON = "person", _("Person")
    GUEST = "guest", _("Guest")
    SERVICE = "service", _("Service")
    UNKNOWN = "unknown", _("Unknown")


class Account(Record):
    """One account of a service. One that a newer whole list lacks is gone, with the day, and stays."""

    source = models.ForeignKey(AccountSource, models.PROTECT, related_name="accounts")
    own_id = models.CharField(max_length=200, blank=True)
    """What the service itself calls it by; empty if no file told."""
    login = models.CharField(max_length=320)
    """What one signs in with."""
    name = models.CharField(max_length=200, blank=True)
    enabled = models.BooleanField(null=True)
    kind = models.CharField(max_length=20, choices=AccountKind.choices, default=AccountKind.UNKNOWN)
    privileged = models.BooleanField(null=True)
    """Whether it has an administrator's rights."""
    mfa_registered = models.BooleanField(null=True)
    """Whether a second factor is registered for it."""
    mfa_capable = models.BooleanField(null=True)
    """Whether that factor may be used under the service's own rules."""
    mfa_methods = models.JSONField(null=True)
    """Names of the registered methods in the service's words, a list."""
    last_sign_in = models.DateTimeField(null=True)
    never_signed_in = models.BooleanField(null=True)
    """Whether the service says that it was never signed in to."""
    created = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    """When a whole list was downloaded that lacks it."""

    room = "access"

    class Meta:
        indexes = (
            models.Index(fields=("login", "id"), name="account_login"),
            models.Index(fields=("source", "gone_at", "login"), name="account_source"),
        )

    def __str__(self) -> str:
        return self.login


class AccountReview(Record):
    """That somebody looked at an account, knows whose it is, and says why it is still needed."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="reviews")
    words = models.TextField()
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    room = "access"

    class Meta:
        indexes = (models.Index(fields=("account", "-made_at"), name="review_account"),)

    def __str__(self) -> str:
        return f"review of {self.account_id}"
