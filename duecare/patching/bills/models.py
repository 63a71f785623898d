"""Products and what their bills say they contain.

Products and bills are records. `Contained` and `BillReflected` are none: they are made from them, in the
order of the record, and can be made anew (`following.py`), as those of hosts are (`software/models.py`).
"""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import BlobField, Record
from duecare.ledger.viewers import VisibleQuerySet
from duecare.patching.software.models import Software
from duecare.program.models import Person


class Product(Record):
    """Something that contains software and is no host: an application, a device as its maker ships it."""

    name = models.CharField(max_length=200)
    what = models.TextField(blank=True)
    """What it is and where it is used."""
    own = models.BooleanField()
    """Whether we make it; else a supplier does."""
    supplier = models.CharField(max_length=200, blank=True)
    """Who makes it, where we do not."""
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="products")
    """Who is responsible for it here; null for nobody yet."""
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """Since when it is no longer made or used; its past stays."""
    ended_because = models.TextField(blank=True)

    room = "patching"

    def __str__(self) -> str:
        return self.name


class Bill(Record):
    """A list of the components of one product (SBOM), as it was brought. The file itself is a blob.

    The newest one that was not undone says what the product contains.
    """

    product = models.ForeignKey(Product, models.PROTECT, related_name="bills")
    file = BlobField()
    size = models.BigIntegerField()
    name = models.CharField(max_length=200)
    """Of the file that was brought."""
    format = models.CharField(max_length=40)
    """ "CycloneDX 1.5"."""
    version = models.CharField(max_length=250, blank=True)
    """Of the product, by the bill's own word."""
    tool = models.CharField(max_length=250, blank=True)
    """What wrote it, by its own word."""
    stated_at = models.DateTimeField(null=True)
    """When it was made, by its own word; null if it does not say, or says nothing that can be read."""
    taken_at = models.DateTimeField()
    brought_by = models.CharField(max_length=80)
    """The actor who brought it."""
    components = models.PositiveIntegerField()
    without_purl = models.PositiveIntegerField()
    """Of those: named without a package URL, so that no advisory can be held against them."""
    unknown_type = models.PositiveIntegerField()
    """Of those: of a type or distribution that has no name here."""
    without_version = models.PositiveIntegerField()
    """Of those: of a known type, without a version."""
    unreadable = models.PositiveIntegerField()
    """Of those: with a package URL that is none."""
    fault = models.TextField(blank=True)
    """The place of the first that is unreadable, and why."""
    statements = models.PositiveIntegerField()
    """Statements on weaknesses in it (VEX), which are kept with the file and not used."""
    confirmed_at = models.DateTimeField(null=True)
    """When somebody last said that it still tells what the product contains."""
    confirmed_by = models.CharField(max_length=80, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=80, blank=True)
    undone_because = models.TextField(blank=True)

    room = "patching"

    class Meta:
        indexes = (models.Index(fields=("product", "-taken_at", "-id"), name="bill_product"),)

    @property
    def unmatched(self) -> int:
        """Components that can be held against no advisory."""
        return self.without_purl + self.unknown_type + self.without_version + self.unreadable

    def __str__(self) -> str:
        return self.name


class ContainedQuerySet(VisibleQuerySet["Contained"]):
    """What products contain, which is of patching."""


class Contained(models.Model):
    """That a product contained a piece of software, from one bill on to another.

    Times and entries are those of the bills that say so. A bill that is undone makes void what only it said,
    from the entry of the undoing (`void_index`); what holds instead is told from that entry (`told_index`).
    """

    id = models.BigAutoField(primary_key=True)
    # The live table of products has every product that ever was, so nothing is lost by not demanding it.
    product = models.ForeignKey(
        Product, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    software = models.ForeignKey(Software, models.CASCADE, related_name="contained", db_index=False)
    since = models.DateTimeField()
    """When the first bill that names it was taken in."""
    until = models.DateTimeField(null=True)
    """When one was that no longer does, or the product ended; null while it is still there."""
    since_index = models.BigIntegerField()
    until_index = models.BigIntegerField(null=True)
    told_index = models.BigIntegerField()
    """The entry from which this row is known: that of the bill, or of what was undone since."""
    void_index = models.BigIntegerField(null=True)
    """The entry from which this row says nothing any more; null while it does."""

    objects = ContainedQuerySet.as_manager()
    room = "patching"

    class Meta:
        indexes = (
            models.Index(fields=("software", "until_index"), name="contained_software"),
            models.Index(fields=("product", "until_index"), name="contained_product"),
        )

    def __str__(self) -> str:
        return f"{self.product_id}: {self.software_id} since {self.since:%Y-%m-%d}"


class BillReflected(models.Model):
    """An entry about a product's bills that `Contained` tells of."""

    index = models.BigIntegerField(primary_key=True)
    product = models.ForeignKey(
        Product, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    ending = models.BooleanField()
    """Whether the product ended by it, which shows nothing of its software."""
    read = models.BooleanField(default=True)
    """Whether every bill that stands since then could be read; else what it contains is not known."""

    class Meta:
        indexes = (models.Index(fields=("product", "-index"), name="bill_reflected_product"),)

    def __str__(self) -> str:
        return f"{self.product_id} at {self.index}"
