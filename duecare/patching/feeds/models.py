"""Records of feeds: which ones the organisation fetches, and what each brought, when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from duecare.ledger.records import BlobField, Record


class Feed(Record):
    """A source of advisories with which the organisation has begun. Those never touched have no row."""

    feed = models.CharField(max_length=80, unique=True)
    """Its id in `content/feeds.yaml`, or `hand:<name of a file>`."""
    daily = models.BooleanField(default=False)
    """Whether the worker fetches it each day."""
    tried_at = models.DateTimeField(null=True)
    """When it was last asked for, in vain or not."""
    fault = models.TextField(blank=True)
    """Why that failed; empty if it did not. What was known before then stays."""

    room = "patching"

    def __str__(self) -> str:
        return self.feed


class FeedDrop(Record):
    """That a feed was dropped: nothing that it said counts from then on, until it is taken up again.

    Its snapshots stay. What it alone said of software is no longer said by any feed, which ends nothing.
    """

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="drops")
    at = models.DateTimeField()
    because = models.TextField()
    by = models.CharField(max_length=80)
    taken_up_at = models.DateTimeField(null=True)
    """Null while it is dropped."""
    taken_up_because = models.TextField(blank=True)
    taken_up_by = models.CharField(max_length=80, blank=True)

    room = "patching"

    class Meta:
        verbose_name = "drop of a feed"

    def __str__(self) -> str:
        return f"{self.feed} dropped {self.at:%Y-%m-%d}"


class Verified(models.TextChoices):
    """By what it is known that a file is its source's."""

    TLS = "tls", _("TLS to its address")
    CHECKSUM = "checksum", _("TLS to its address, and the checksum that came with it")
    HAND = "hand", _("nothing: it was brought by hand")


class State(models.TextChoices):
    """What is made of a snapshot."""

    TAKEN = "taken", _("taken in")
    WAITING = "waiting", _("set aside until somebody decides")
    REFUSED = "refused", _("refused")


class FeedSnapshot(Record):
    """A file that a feed brought: what was known from then on. The file itself is a blob."""

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="snapshots")
    fetched_at = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    """When the source last said that this is still its newest."""
    address = models.CharField(max_length=500)
    """Where it came from in the end, or the name of the file that was brought."""
    verified = models.CharField(max_length=20, choices=Verified.choices)
    by_hand = models.BooleanField()
    file = BlobField()
    size = models.BigIntegerField()
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    format = models.CharField(max_length=200)
    count = models.PositiveIntegerField()
    """Records in it that could be read."""
    newest = models.DateTimeField(null=True)
    """The newest moment that a record names as its own; null where the format names none."""
    faults = models.PositiveIntegerField()
    fault_list = BlobField(blank=True)
    """The first of them, as JSON; empty if there are none."""
    was_known = models.PositiveIntegerField(default=0)
    """Records in force in the snapshot before it."""
    withdrawn = models.PositiveIntegerField(default=0)
    """Of those: withdrawn here, or gone."""
    narrowed = models.PositiveIntegerField(default=0)
    """Of those: about fewer packages or versions here."""
    state = models.CharField(max_length=20, choices=State.choices)
    decided_at = models.DateTimeField(null=True)
    decided_because = models.TextField(blank=True)
    """Why one that was set aside was accepted or refused."""
    decided_by = models.CharField(max_length=80, blank=True)

    room = "patching"

    class Meta:
        indexes = (models.Index(fields=("feed", "state", "-fetched_at"), name="snapshot_feed"),)

    @property
    def lost(self) -> int:
        """Records of the snapshot before it from which it takes away."""
        return self.withdrawn + self.narrowed

    def __str__(self) -> str:
        return f"{self.feed} {self.fetched_at:%Y-%m-%d %H:%M}"
