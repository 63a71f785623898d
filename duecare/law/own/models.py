"""Obligations that the organisation adds itself: contracts, standards, policies of its group."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record


class OwnObligation(Record):
    """An obligation of one's own, in the form of the files under `content/`. Its versions are its entries.

    Its key is the obligation's id (`own-...`).
    """

    name = models.CharField(max_length=200)
    body = models.JSONField()
    """The entry as a file would hold it, id included; `reading.obligation` reads it."""
    number = models.PositiveIntegerField()
    """Of the version, from 1."""
    read = models.DateField()
    """When it was last compared with the paper that it stands for."""
    why = models.TextField(blank=True)
    """What this version changed; empty for the first."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    changed_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_words = models.TextField(blank=True)

    room = "law"

    class Meta:
        verbose_name = "own obligation"

    @property
    def version(self) -> str:
        """As its duties and clocks carry it: "own-acme-contract/2"."""
        return f"{self.pk}/{self.number}"

    def __str__(self) -> str:
        return self.name
