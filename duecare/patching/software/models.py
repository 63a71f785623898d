"""Which software is where, since when and until when: tables made from the reports of hosts.

They are no records: the reports are, and these can be made anew from them (`following.py`). A row of
`Installed` holds from the entry of the report that first told of it (`since_index`) to the entry of the one
that no longer did (`until_index`), so that a past day is answered by what had been recorded by then.
"""

from __future__ import annotations

from django.db import models

from duecare.ledger.viewers import VisibleQuerySet
from duecare.systems.models import Host, Report


class SoftwareQuerySet(VisibleQuerySet["Software"]):
    """Software, which is all of patching."""


class InstalledQuerySet(VisibleQuerySet["Installed"]):
    """Where software is, which is of patching too."""


class Software(models.Model):
    """A piece of software in a version, once for however many hosts have it."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=32, unique=True)
    """Of all that tells it from other software (`following.py`): texts so long make no index."""
    package = models.CharField(max_length=20)
    """What all versions and releases of one name in one ecosystem share; made from both."""
    ecosystem = models.CharField(max_length=40)
    release = models.CharField(max_length=40)
    name = models.CharField(max_length=250)
    source = models.CharField(max_length=250)
    """The source package, where it has another name."""
    version = models.CharField(max_length=250)
    source_version = models.CharField(max_length=250)
    """The version of the source, where it is another one."""
    key = models.BinaryField(null=True)
    """The version's place in its scheme's order (`versions`); null where that is undecided."""
    first_looked = models.BigIntegerField(null=True)
    """The entry of the first matching that held it against feeds (`weaknesses/judging.py`); null before."""
    looked = models.BigIntegerField(null=True)
    """The entry of the last one that did: none does while the software is installed nowhere."""

    objects = SoftwareQuerySet.as_manager()
    room = "patching"

    class Meta:
        indexes = (
            models.Index(fields=("name", "id"), name="software_name"),
            models.Index(fields=("source", "id"), name="software_source"),
            models.Index(fields=("package", "id"), name="software_package"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Installed(models.Model):
    """That a host had a piece of software, from one report on to another."""

    id = models.BigAutoField(primary_key=True)
    # The live table of hosts has every host that ever was, so nothing is lost by not demanding it.
    host = models.ForeignKey(Host, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    software = models.ForeignKey(Software, models.CASCADE, related_name="installed", db_index=False)
    since = models.DateTimeField()
    """When the first report that told of it came in."""
    until = models.DateTimeField(null=True)
    """When one came in that no longer did, or the host was removed; null while it is still there."""
    since_index = models.BigIntegerField()
    until_index = models.BigIntegerField(null=True)

    objects = InstalledQuerySet.as_manager()
    room = "patching"

    class Meta:
        indexes = (
            # With the host, so that counting the hosts of software reads the index alone.
            models.Index(fields=("software", "until_index", "since_index", "host"), name="installed_where"),
            models.Index(fields=("host", "until_index"), name="installed_host"),
        )

    def __str__(self) -> str:
        return f"{self.host_id}: {self.software_id} since {self.since:%Y-%m-%d}"


class Reflected(models.Model):
    """An entry of the record that the tables here tell of: a report that came in, or a host's removal."""

    index = models.BigIntegerField(primary_key=True)
    """Of the entry."""
    host = models.ForeignKey(Host, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    report = models.OneToOneField(Report, models.DO_NOTHING, related_name="+", db_constraint=False, null=True)
    """Null for a removal."""
    at = models.DateTimeField()
    """When it was taken in."""
    told_at = models.DateTimeField()
    """When it was gathered, by the host's clock, but no later than `at`."""
    counted = models.BooleanField()
    """Whether it said something: not so for one older than another that was here already."""
    system = models.BooleanField()
    """Whether all packages of the system were read."""
    languages = models.BooleanField()
    """Whether all packages of programming languages were."""

    class Meta:
        indexes = (models.Index(fields=("host", "-index"), name="reflected_host"),)

    def __str__(self) -> str:
        return f"{self.host_id} at {self.index}"
