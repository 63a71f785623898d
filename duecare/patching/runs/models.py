"""Records of patch runs: how hosts are reached, what was ordered, who asked, and what the deployer told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from duecare.ledger.records import BlobField, Record
from duecare.program.models import Passkey, Person
from duecare.systems.models import Host


class HostReach(Record):
    """How the deployer reaches a host. One row a host."""

    host = models.OneToOneField(Host, models.PROTECT, related_name="reach")
    address = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    host_key = models.CharField(max_length=60)
    """Fingerprint of its SSH host key, as `ssh-keygen -l` prints it."""
    said_by = models.CharField(max_length=80)
    said_at = models.DateTimeField()

    room = "patching"

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"


class PatchRun(Record):
    """An order to install updates. It is changed by nothing but its end: signatures are about its entry."""

    title = models.CharField(max_length=200)
    order = BlobField()
    """The document that two people sign (`orders.py`)."""
    hosts = models.PositiveIntegerField()
    packages = models.PositiveIntegerField()
    """Of all hosts together."""
    left_out = models.PositiveIntegerField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When it was withdrawn or refused."""
    ended_because = models.CharField(max_length=200, blank=True)

    room = "patching"
    safeguard: ClassVar[str] = "patching"
    """Which decides who is a second person for it."""

    class Meta:
        verbose_name = "patch run"
        indexes = (models.Index(fields=("-made_at", "id"), name="patchrun_made"),)

    def __str__(self) -> str:
        return self.title


class PatchAsk(Record):
    """That whoever made an order asks for it, signed with their passkey over the order's entry."""

    run = models.OneToOneField(PatchRun, models.PROTECT, related_name="ask")
    entry = models.BigIntegerField()
    """Index of the entry that was signed."""
    commitment = models.CharField(max_length=64)
    """That entry's commitment to its payload, hex."""
    by = models.ForeignKey(Person, models.PROTECT, related_name="patch_asks")
    at = models.DateTimeField()
    passkey = models.ForeignKey(Passkey, models.PROTECT)
    authenticator_data = models.TextField()
    client_data = models.TextField()
    """Base64url; its challenge is that of an approval (docs/approvals.md) with the word `asked`."""
    signature = models.TextField()

    room = "patching"

    class Meta:
        verbose_name = "request for a patch run"

    def __str__(self) -> str:
        return f"{self.run} asked"


class Told(models.TextChoices):
    """What a line of the deployer's is about."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    HOST = "host"
    OVER = "over"


class Came(models.TextChoices):
    """What the deployer says came of a host."""

    INSTALLED = "installed"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


class PatchResult(Record):
    """A line of what the deployer told of a run. It closes nothing: only a host's next report does."""

    run = models.ForeignKey(PatchRun, models.PROTECT, related_name="results")
    source = models.CharField(max_length=60)
    """The file that it stood in."""
    number = models.PositiveIntegerField()
    """Of the line in it."""
    what = models.CharField(max_length=20, choices=Told.choices)
    at = models.DateTimeField()
    """By the deployer's clock."""
    host = models.ForeignKey(Host, models.PROTECT, null=True, related_name="patch_results")
    outcome = models.CharField(max_length=20, choices=Came.choices, blank=True)
    words = models.CharField(max_length=500, blank=True)
    versions = models.JSONField(default=dict)
    """By package, what the host's package manager named afterwards."""
    restart = models.BooleanField(default=False)
    """Whether a restart still waited."""

    room = "patching"

    class Meta:
        verbose_name = "patch result"
        indexes = (models.Index(fields=("run", "what"), name="patchresult_run"),)
        constraints = (models.UniqueConstraint(fields=("run", "source", "number"), name="patchresult_once"),)

    def __str__(self) -> str:
        return f"{self.run} {self.what}"
