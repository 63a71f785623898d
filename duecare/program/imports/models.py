"""The record of an import: what was taken in from which file, and whether it was undone."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import BlobField, Record


class Import(Record):
    """One file that was taken into a list, in one or more acts."""

    list = models.CharField(max_length=40)
    """Id of the list (`interface.py`)."""
    loader = models.CharField(max_length=40, blank=True)
    """Id of the loader that knew the file; empty if a person mapped its columns."""
    source = models.CharField(max_length=100, blank=True)
    """What the list is of, for lists that have several: "Entra ID"."""
    name = models.CharField(max_length=200)
    """Of the file."""
    size = models.PositiveBigIntegerField()
    """Bytes."""
    file = BlobField()
    sheet = models.CharField(max_length=100, blank=True)
    mapping = models.JSONField(default=dict)
    """By field: the heads of the columns that it was read from."""
    downloaded_at = models.DateTimeField()
    """When the file was made, as the person said; never later than it was taken in."""
    whole = models.BooleanField()
    """Whether the person said that it is the whole list, and no row had a fault."""
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    gone = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    faults = models.PositiveIntegerField()
    """Cells and rows that could not be taken in."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    """When its last act was done; null if it broke off on the way."""
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=80, blank=True)
    undone_because = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("-made_at", "-id"), name="import_made"),
            models.Index(fields=("list", "-made_at"), name="import_list"),
        )

    def __str__(self) -> str:
        return self.name
