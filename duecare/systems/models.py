"""Hosts and the reports that came from them; names of ours and what was seen of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from duecare.ledger.records import BlobField, Record
from duecare.program.judgement import Grade

NEWEST = (True,)
"""For `newest__in`: of `newest=True` Django writes the column alone, and SQLite uses no index for that."""


class Host(Record):
    """A computer that Duecare has seen. A removed one stays, with the day it was removed."""

    name = models.CharField(max_length=255)
    key = models.CharField(max_length=64, unique=True)
    """What a report knows it by: a digest of its machine id."""
    kind = models.CharField(max_length=20)
    family = models.CharField(max_length=20)
    system = models.CharField(max_length=255)
    """The operating system in the vendor's words."""
    support_end = models.DateField(null=True)
    first_seen_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    removed_because = models.TextField(blank=True)

    room = "systems"

    class Meta:
        indexes = (models.Index(fields=("name", "id"), name="host_name"),)

    def __str__(self) -> str:
        return self.name


class Report(Record):
    """What one host told at one time. The report itself is a blob; the newest of each host is marked."""

    host = models.ForeignKey(Host, models.PROTECT, related_name="reports")
    collected_at = models.DateTimeField()
    received_at = models.DateTimeField()
    grade = models.CharField(max_length=30, choices=[(grade.value, grade.value) for grade in Grade])
    collector = models.CharField(max_length=80)
    """Its version."""
    as_root = models.BooleanField()
    live = models.BooleanField()
    unreadable = models.PositiveIntegerField()
    """How many sections could not be read, or not all of them."""
    newest = models.BooleanField()
    report = BlobField()

    room = "systems"

    class Meta:
        indexes = (
            models.Index(fields=("host", "-collected_at"), name="report_host"),
            models.Index(fields=("newest", "host"), name="report_newest"),
            models.Index(fields=("newest", "collected_at"), name="report_silent"),
        )

    def __str__(self) -> str:
        return f"{self.host} {self.collected_at:%Y-%m-%d %H:%M}"


class NameKind(models.TextChoices):
    """What is looked at under a name."""

    TLS = "tls", _("Host: TLS and certificate")
    MAIL = "mail", _("Domain: SPF, DMARC and DKIM")


class Name(Record):
    """A host name or mail domain that the organisation says is its own. A removed one stays, with the day."""

    name = models.CharField(max_length=253)
    """In ASCII and lower case."""
    kind = models.CharField(max_length=10, choices=NameKind.choices)
    port = models.PositiveIntegerField(null=True)
    """Of a host; null for a domain."""
    selectors = models.JSONField(default=list)
    """DKIM selectors of a domain."""
    daily = models.BooleanField(default=False)
    """Whether the worker looks at it each day. Without that, only when somebody asks for it."""
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    removed_because = models.TextField(blank=True)

    room = "systems"

    class Meta:
        indexes = (
            models.Index(fields=("name", "id"), name="name_name"),
            models.Index(fields=("kind", "removed_at", "name"), name="name_kind"),
        )

    def __str__(self) -> str:
        return self.name if self.port is None else f"{self.name}:{self.port}"


class Look(Record):
    """What was seen of a name at one time. What was seen is a blob; the newest of each name is marked."""

    name = models.ForeignKey(Name, models.PROTECT, related_name="looks")
    looked_at = models.DateTimeField()
    grade = models.CharField(max_length=30, choices=[(grade.value, grade.value) for grade in Grade])
    unreadable = models.PositiveIntegerField()
    """How many sections could not be read, or not all of them."""
    fault = models.TextField(blank=True)
    """Why nothing at all was seen; empty if something was."""
    expires_at = models.DateTimeField(null=True)
    """When the certificate ends; null if none was seen."""
    newest = models.BooleanField()
    look = BlobField()

    room = "systems"

    class Meta:
        indexes = (
            models.Index(fields=("name", "-looked_at"), name="look_name"),
            models.Index(fields=("newest", "name"), name="look_newest"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.looked_at:%Y-%m-%d %H:%M}"


class DeviceSource(Record):
    """A list of devices that somebody downloads: "Intune". What is known is as fresh as its newest file."""

    name = models.CharField(max_length=100, unique=True)
    list_at = models.DateTimeField(null=True)
    """When the newest whole list was downloaded; null if none was ever taken in."""
    list_file = BlobField(blank=True)

    room = "systems"

    def __str__(self) -> str:
        return self.name


class Device(Record):
    """A device as a list tells of it, phones included. Null means unknown.

    It is no Host: a host reports for itself. One machine may be both, and each says what it knows.
    """

    source = models.ForeignKey(DeviceSource, models.PROTECT, related_name="devices")
    own_id = models.CharField(max_length=200, blank=True)
    """What the source calls it by; empty if no file told."""
    name = models.CharField(max_length=255)
    system = models.CharField(max_length=100, blank=True)
    version = models.CharField(max_length=100, blank=True)
    """Of the operating system."""
    serial = models.CharField(max_length=100, blank=True)
    owner = models.CharField(max_length=320, blank=True)
    """Who uses it, as the source names them."""
    compliant = models.BooleanField(null=True)
    """Whether the source says that it keeps the rules set there."""
    encrypted = models.BooleanField(null=True)
    last_seen = models.DateTimeField(null=True)
    """When it last checked in with the source."""
    first_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    """When a whole list was downloaded that lacks it."""

    room = "systems"

    class Meta:
        indexes = (
            models.Index(fields=("name", "id"), name="device_name"),
            models.Index(fields=("source", "gone_at", "name"), name="device_source"),
        )

    def __str__(self) -> str:
        return self.name


import duecare.systems.exposure_models  # noqa: E402  (for Django to find)
import duecare.systems.fleet_models  # noqa: E402  (for Django to find)
import duecare.systems.pull_models  # noqa: E402, F401
