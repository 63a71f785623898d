"""Hosts that reports are fetched from: how each is reached, what came last, what speaks against it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from duecare.ledger.records import BlobField, Record
from duecare.systems.puller.passes import Came as Told


class Came(models.TextChoices):
    """What came of a host at the newest pass that told of it."""

    REPORTED = Told.REPORTED.value, _("Reported")
    UNREACHABLE = Told.UNREACHABLE.value, _("Could not be reached")
    OTHER_KEY = Told.OTHER_KEY.value, _("Showed another SSH host key, or none that is known")
    LATE = Told.LATE.value, _("Took too long")
    NO_PYTHON = Told.NO_PYTHON.value, _("Has no Python")
    UNUSABLE = Told.UNUSABLE.value, _("Sent what is no report")
    FAILED = Told.FAILED.value, _("Failed")
    REFUSED = "refused", _("Its report was not taken in")
    UNLISTED = "unlisted", _("No longer on the puller’s list")


class PulledHost(Record):
    """A connection of the puller's, and whose it is. It changes only when what comes over it changes."""

    name = models.CharField(max_length=253)
    """On the puller's list, which its keeper writes."""
    address = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    user = models.CharField(max_length=32)
    host_key = models.CharField(max_length=60)
    """Fingerprint of the SSH host key that it has to show."""
    host = models.ForeignKey("systems.Host", models.PROTECT, related_name="pulled")
    """Whose reports come over it. Until the first one, a host that stands for it."""
    bound = models.BooleanField(default=False)
    """Whether a report has come, so that the host's machine id is known."""
    came = models.CharField(max_length=20, choices=Came.choices)
    words = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField()
    """Since when that is what comes, by the puller's clock."""
    doubt = models.CharField(max_length=300, blank=True)
    """The first report over it that was of another computer, in words. Lasts until the connection ends."""
    doubted_at = models.DateTimeField(null=True)
    first_told_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(blank=True)

    room = "systems"

    class Meta:
        verbose_name = "pulled host"
        indexes = (
            models.Index(fields=("name", "id"), name="pulled_name"),
            models.Index(fields=("host", "ended_at"), name="pulled_host"),
        )
        constraints = (
            models.UniqueConstraint(fields=("name",), condition=Q(ended_at=None), name="pulled_once"),
        )

    def __str__(self) -> str:
        return self.name


class PullPass(Record):
    """One pass of the puller over all of its list: one entry, whatever the number of hosts."""

    source = models.CharField(max_length=40, unique=True)
    """Its key, which its file is named by."""
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    taken_in_at = models.DateTimeField()
    hosts = models.PositiveIntegerField()
    reported = models.PositiveIntegerField()
    """Hosts whose report came; the others are told in the document."""
    told = BlobField()

    room = "systems"

    class Meta:
        verbose_name = "pass of the puller"
        indexes = (models.Index(fields=("-ended_at", "id"), name="pull_pass_ended"),)

    def __str__(self) -> str:
        return self.source
