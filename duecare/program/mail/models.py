"""The outbox and the mail server's settings, which are not in the record, and webhooks, which are."""

from __future__ import annotations

from typing import Any

from django.db import models

from duecare.ledger.records import Record
from duecare.program.mail.cards import CardKind
from duecare.program.mail.delivery import State


class Channel(models.TextChoices):
    """How a message leaves."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class OutboxMessage(models.Model):
    """Something to tell somebody outside the pages. It is queued in the transaction of what it tells of.

    Whom it goes to is a person's or a webhook's key; the address is looked up when it is sent, so that who
    may no longer sign in gets nothing. What it says is emptied as soon as it was sent.
    """

    about = models.CharField(max_length=160, unique=True)
    """What it tells, to whom: nothing is queued twice. For example `digest:2026-11-28:k3...`."""
    channel = models.CharField(max_length=10, choices=Channel.choices)
    to = models.CharField(max_length=40)
    """Key of the person, of the webhook, or of the notice whose recipient is outside."""
    kind = models.CharField(max_length=20)
    """What sort of message: `digest`, `urgent`, `sign-in`, `limits`, `escalated`, `daily`..."""
    content = models.JSONField(default=dict)
    """A letter (`letters.py`); empty for one that is written only as it is sent, and once it was sent."""
    key = models.CharField(max_length=40, unique=True)
    """By which receivers know it again (Message-ID), however often it is tried."""
    rank = models.SmallIntegerField(default=1)
    """0 goes before all others."""
    made_at = models.DateTimeField()

    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in State])
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    gives_up_at = models.DateTimeField()
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=400, blank=True)
    """What came of the last try, in the other side's words or ours."""

    class Meta:
        indexes = (
            models.Index(fields=("state", "channel", "rank", "next_at"), name="outbox_due"),
            models.Index(fields=("ended_at",), name="outbox_ended"),
            models.Index(fields=("channel", "to", "made_at"), name="outbox_to"),
        )

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}: {self.state}"


class MailServer(models.Model):
    """Through which server mail leaves, and how. At most one row; without it nothing is mailed.

    The password is in a file of its own (`server.py`).
    """

    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    security = models.CharField(max_length=10)
    """A value of `smtp.Security`."""
    user = models.CharField(max_length=200, blank=True)
    sender = models.EmailField()
    address = models.CharField(max_length=300)
    """Where the pages are, as links in mails say it: `https://duecare.example.org`."""
    morning = models.PositiveSmallIntegerField(default=7)
    """The hour, in the organisation's zone, from which the day's digests are sent."""
    short = models.BooleanField(default=True)
    """Whether mails only count, and leave everything else to the pages."""
    sign_in = models.BooleanField(default=False)
    """Whether people may sign in by mail, with a member's rights."""
    late_days = models.PositiveSmallIntegerField(default=7)
    """After how many days a late task goes to the managers, and again after as many."""
    told_until = models.DateTimeField(null=True)
    """Up to when the digests have told what happened."""
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Webhook(Record):
    """A place elsewhere that is told of some events. Its address is a secret and stands in a private file."""

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in CardKind])
    host = models.CharField(max_length=253)
    """All of its address that may be shown."""
    events = models.JSONField(default=list)
    """Ids of the events that it is told of (`webhooks.EVENTS`)."""
    active = models.BooleanField(default=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    def wants(self, event: str) -> bool:
        """Whether it is told of an event today."""
        events: list[Any] = self.events
        return self.active and self.removed_at is None and event in events
