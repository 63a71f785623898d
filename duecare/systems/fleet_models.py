"""Hosts that report by themselves: how one was enrolled, by which key it signs, and what speaks against that.

Tokens and challenges are secrets that last minutes; they are plain tables and never in the record.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from duecare.ledger.records import Record


class EnrolmentState(models.TextChoices):
    """How far an enrolment has come."""

    OFFERED = "offered", _("No computer has answered yet")
    WAITING = "waiting", _("Waits for a decision")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Enrolment(Record):
    """That one computer, by name, may show a key of its own; what answered, and what was decided on it."""

    name = models.CharField(max_length=253)
    """The one host that is expected."""
    state = models.CharField(max_length=10, choices=EnrolmentState.choices)
    offered_at = models.DateTimeField()
    offered_by = models.CharField(max_length=100)
    """The actor, as acts name them."""
    expires_at = models.DateTimeField()
    """Until when a computer may answer."""
    public_key = models.CharField(max_length=64, blank=True)
    """Ed25519, 64 hex; empty until a computer answered. It proved that it holds the other half."""
    told_name = models.CharField(max_length=253, blank=True)
    """What the computer calls itself: a claim."""
    told_key = models.CharField(max_length=64, blank=True)
    """By which its reports know it (`Host.key`): a claim."""
    address = models.CharField(max_length=45, blank=True)
    """The network address that the answer came from."""
    answered_at = models.DateTimeField(null=True)
    compared = models.BooleanField(null=True)
    """Whether who approved says that the fingerprint was compared with what the computer shows."""
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_because = models.TextField(blank=True)
    host = models.ForeignKey("systems.Host", models.PROTECT, null=True, related_name="enrolments")
    """Whose it became."""

    room = "systems"

    class Meta:
        indexes = (
            models.Index(fields=("-offered_at", "id"), name="enrolment_offered"),
            models.Index(fields=("public_key",), name="enrolment_key"),
        )

    def __str__(self) -> str:
        return self.name


class HostKey(Record):
    """A key by which a host signs its reports. One of a host counts at most; an ended one never again."""

    host = models.ForeignKey("systems.Host", models.PROTECT, related_name="keys")
    public_key = models.CharField(max_length=64, unique=True)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="keys")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(blank=True)

    room = "systems"

    class Meta:
        indexes = (models.Index(fields=("host", "ended_at"), name="host_key_host"),)

    def __str__(self) -> str:
        return f"{self.host} {self.public_key[:8]}"


class ReportSignature(Record):
    """What a host signed a report with: enough to check it again without this server."""

    report = models.OneToOneField("systems.Report", models.PROTECT, related_name="signed")
    key = models.ForeignKey(HostKey, models.PROTECT, related_name="signatures")
    counter = models.BigIntegerField()
    challenge = models.CharField(max_length=200)
    signature = models.CharField(max_length=128)

    room = "systems"

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "counter"), name="report_signature_counter"),)

    def __str__(self) -> str:
        return f"{self.key} {self.counter}"


class DoubtKind(models.TextChoices):
    """What speaks against a key being used by its one host alone."""

    COUNTER = "counter", _("its counter came a second time, so a copy of the computer may use the same key")
    IDENTITY = "identity", _("it signed a report that names another computer")


class KeyDoubt(Record):
    """The first time that a key was used in a way which its host alone would not. Ends with the key."""

    key = models.ForeignKey(HostKey, models.PROTECT, related_name="doubts")
    kind = models.CharField(max_length=10, choices=DoubtKind.choices)
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)
    told = models.CharField(max_length=300)
    """What was expected and what came, in words."""

    room = "systems"

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "kind"), name="key_doubt_kind"),)

    def __str__(self) -> str:
        return f"{self.key} {self.kind}"


class EnrolmentToken(models.Model):
    """The digest of a token that a computer may answer with. No record: it is a secret."""

    enrolment = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"token of {self.enrolment}"


class UsedChallenge(models.Model):
    """A challenge that a report was signed over, kept until its time is over, so that none counts twice."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest[:8]
