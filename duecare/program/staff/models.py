"""Whom the organisation's lists of people name: its staff, and others who work in it.

Not `Person`: that is who acts in Duecare. Each is named in other records by a random key alone; names and
addresses stand here, where they can be erased (SECURITY.md 6).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from duecare.ledger.records import BlobField, Record


class StaffSource(Record):
    """A list of people that somebody keeps: "Entra ID", "Personnel office". As fresh as its newest file."""

    name = models.CharField(max_length=100, unique=True)
    list_at = models.DateTimeField(null=True)
    """When its newest whole list was downloaded; null if none was ever taken in."""
    list_file = BlobField(blank=True)

    room = "people"

    def __str__(self) -> str:
        return self.name


class StaffAnswer(models.TextChoices):
    """What somebody said when it was asked what became of a person."""

    NONE = "", _("not answered")
    LEFT = "left", _("They left")
    HERE = "here", _("They are still here")
    NOBODY = "nobody", _("This is no person: a shared mailbox, a room, a service")


class StaffMember(Record):
    """Somebody whom a list of people names. Who is no longer named is asked after, and never removed."""

    source = models.ForeignKey(StaffSource, models.PROTECT, related_name="staff")
    """The list that tells of them, whose lack of them would mean something."""
    number = models.CharField(max_length=100, blank=True)
    """Their staff number, as the organisation gives it."""
    email = models.CharField(max_length=320, blank=True)
    """In lower case. It is what a row finds them by, and nobody's key."""
    name = models.CharField(max_length=200)
    manager = models.CharField(max_length=40, blank=True)
    """Key of the StaffMember who is their manager; empty if no file told."""
    department = models.CharField(max_length=200, blank=True)
    work = models.CharField(max_length=200, blank=True)
    """What they do, in the list's words."""
    outside = models.BooleanField(null=True)
    """Whether they belong to another organisation."""
    starts_on = models.DateField(null=True)
    leaves_on = models.DateField(null=True)
    """Their last day."""
    first_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    """When a whole list was downloaded that lacks them."""
    answer = models.CharField(max_length=10, choices=StaffAnswer.choices, blank=True)
    answer_words = models.CharField(max_length=1000, blank=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True)

    room = "people"

    class Meta:
        indexes = (
            models.Index(fields=("name", "id"), name="staff_name"),
            models.Index(fields=("email",), name="staff_email"),
            models.Index(fields=("source", "gone_at"), name="staff_source"),
        )

    def __str__(self) -> str:
        return self.name
