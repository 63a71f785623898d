"""The incident response plan, and whom to call."""

from __future__ import annotations

from django.db import models

from duecare.incidents.cases.models import ROOM
from duecare.ledger.records import Record
from duecare.program.models import Person


class Plan(Record):
    """The plan for incidents. One row, with the key `plan`; each version is an entry, which is approved.

    A case names the entry of the version under which it runs.
    """

    scope = models.TextField()
    """What it covers, and when it comes into force."""
    meeting = models.TextField()
    """Where those who respond meet and talk when mail and sign-in are down."""
    roles = models.JSONField(default=list)
    """Each `{"id", "name", "duties", "person", "deputy"}`; the last two keys of people, or empty."""
    severities = models.JSONField(default=list)
    """The scale, the gravest first: each `{"id", "name", "means", "hours"}`, hours until somebody acts."""
    playbooks = models.JSONField(default=dict)
    """By id: `{"name", "signs", "never": [], "steps": [{"id", "phase", "role", "what", "minutes"}]}`
    (`plans/stored.py`)."""
    words = models.TextField(blank=True)
    """What else holds here: insurer's conditions, whom never to contact, how evidence is kept."""
    changed_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField()

    room = ROOM

    def __str__(self) -> str:
        return "incident response plan"


class PlanContact(Record):
    """Somebody to call, in a way that works when our own mail and sign-in do not."""

    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="contacts")
    """If they are one of ours."""
    kind = models.CharField(max_length=20)
    """`plans/contacts.py`."""
    what_for = models.CharField(max_length=300)
    phone = models.CharField(max_length=60, blank=True)
    other = models.CharField(max_length=300, blank=True)
    """Another way: a messenger, a private address, where they are found."""
    hours = models.CharField(max_length=120, blank=True)
    """When they can be reached."""
    confirmed_at = models.DateTimeField(null=True)
    """When somebody last tried it, or asked them."""
    confirmed_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)

    room = ROOM

    def __str__(self) -> str:
        return self.name
