"""What advisories say of the software that is installed: tables made by matching (`judging.py`), no records.

The reports of hosts and the snapshots of feeds are the records. A row of `Weak` holds from the entry which
says that software was held against them (`since_index`) until the software was seen nowhere any more; that a
feed no longer says it does not end it (SECURITY.md 21), and is kept beside it.
"""

from __future__ import annotations

from django.db import models

from duecare.ledger.viewers import VisibleQuerySet
from duecare.patching.software.models import Software
from duecare.patching.weaknesses.urgency import Urgency


class AdvisoryQuerySet(VisibleQuerySet["Advisory"]):
    """Advisories that name installed software, which are of patching."""


class WeakQuerySet(VisibleQuerySet["Weak"]):
    """Weak software, which is of patching."""


class Sighting(models.Model):
    """When we first saw a fix in a feed that we hold, by what it is for."""

    id = models.CharField(primary_key=True, max_length=120)
    """Made from advisory, ecosystem, release and package (`sights.place_key`); in rows of the release before
    this one the id of the advisory alone."""
    fix_seen_at = models.DateTimeField()
    by_advisory = models.BooleanField(default=False)
    """Whether that is known of its advisory only: it may have been a fix of another of its packages."""

    def __str__(self) -> str:
        return f"{self.id}: fix seen {self.fix_seen_at:%Y-%m-%d}"


class Advisory(models.Model):
    """An advisory that names, or named, software of ours, as its feed and those who rate it told last."""

    id = models.CharField(primary_key=True, max_length=120)
    feeds = models.JSONField(default=list)
    aliases = models.JSONField(default=list)
    related = models.JSONField(default=list)
    called = models.TextField(blank=True)
    """All its names in one text, for the search."""
    summary = models.TextField(blank=True)
    published = models.DateTimeField(null=True)
    """By its source."""
    known = models.JSONField(default=list)
    """Of each CVE that it is about: what KEV, EPSS, SSVC and CVSS say (`urgency.Signals`)."""
    urgency = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Urgency])
    urgent_because = models.TextField(blank=True)
    points = models.PositiveIntegerField(default=0)
    """On the host on which it weighs heaviest (`placing.py`)."""
    ranked_because = models.TextField(blank=True)
    kev = models.BooleanField(null=True)

    hosts = 0
    """On how many it is open; `queries.count_hosts` says."""
    objects = AdvisoryQuerySet.as_manager()
    room = "patching"

    class Meta:
        indexes = (models.Index(fields=("-points", "id"), name="advisory_points"),)

    def __str__(self) -> str:
        return self.id


class Rating(models.Model):
    """How grave an advisory was known to be, from one matching on to the next that told otherwise."""

    id = models.BigAutoField(primary_key=True)
    advisory = models.ForeignKey(Advisory, models.CASCADE, related_name="ratings", db_index=False)
    since = models.DateTimeField()
    since_index = models.BigIntegerField()
    """The entry of the matching from which on this was known."""
    known = models.JSONField(default=list)
    """As `Advisory.known`; the chance that EPSS gives to a whole per cent."""
    urgency = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Urgency])
    urgent_because = models.TextField(blank=True)
    points = models.PositiveIntegerField(default=0)
    ranked_because = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("advisory", "since_index"), name="rating_since"),)

    def __str__(self) -> str:
        return f"{self.advisory_id} since {self.since:%Y-%m-%d}: {self.urgency}"


class AdvisoryName(models.Model):
    """A name under which an advisory is looked for: its own, its aliases, the CVEs that it is about."""

    name = models.CharField(max_length=120)
    advisory = models.ForeignKey(Advisory, models.CASCADE, related_name="names")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name", "advisory"), name="advisory_name"),)

    def __str__(self) -> str:
        return self.name


class Weak(models.Model):
    """That an advisory says of a piece of software that it is affected, or that this cannot be decided."""

    id = models.BigAutoField(primary_key=True)
    software = models.ForeignKey(Software, models.CASCADE, related_name="weak", db_index=False)
    advisory = models.ForeignKey(Advisory, models.CASCADE, related_name="weak", db_index=False)
    undecided = models.BooleanField()
    """Whether it cannot be decided; else it is affected."""
    fixed = models.CharField(max_length=250, blank=True)
    """The smallest version above that holds the fix; empty where none is known."""
    why = models.TextField()
    since = models.DateTimeField()
    """When we first knew."""
    since_index = models.BigIntegerField()
    fix_seen_at = models.DateTimeField(null=True)
    """When we first saw a fix for it on offer."""
    fix_by_advisory = models.BooleanField(default=False)
    """Whether that is known of its advisory only, as `Sighting.by_advisory`."""
    unsaid_at = models.DateTimeField(null=True)
    """Since when no feed says it any more, though the software is still there."""

    objects = WeakQuerySet.as_manager()
    room = "patching"

    class Meta:
        constraints = (models.UniqueConstraint(fields=("software", "advisory"), name="weak_what"),)
        indexes = (models.Index(fields=("advisory", "undecided"), name="weak_advisory"),)

    def __str__(self) -> str:
        return f"{self.software_id}: {self.advisory_id}"


class Matching(models.Model):
    """The last time that software was held against the feeds: what that rested on."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    at = models.DateTimeField()
    index = models.BigIntegerField()
    """The entry that says so."""
    feeds = models.JSONField(default=list)
    """Of each feed: its id, snapshot, when its source last confirmed it, whether it came by hand, faults; the
    pairs of ecosystem and release of which it speaks (`covers`), what it rates (`rates`), and how many pieces
    could not be read, by what they could be about (`unplaced`, as `Fault.of`)."""
    covered = models.JSONField(default=list)
    """Pairs of ecosystem and release of which any feed speaks."""
    software = models.PositiveIntegerField()
    """Pieces of software that were held against them; what was not has another `Software.looked`."""

    def __str__(self) -> str:
        return f"matched {self.at:%Y-%m-%d %H:%M}"
