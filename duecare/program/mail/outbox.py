"""The outbox: what is to be told outside the pages, kept until it was sent or somebody has seen why not.

`queue` is called within the act whose doing it tells of, or in a transaction of its own; the worker does the
rest (`sending.py`). Every step is the pure one of `delivery.py`, written only if the row is still as it was
read: two senders, or one that was thought dead, do not both take a step.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from duecare.program.holds import LETTERS, kind_is_held
from duecare.program.mail import delivery
from duecare.program.mail.delivery import NOT_ARRIVED, UNDER_WAY, Answer, Delivery, State
from duecare.program.mail.letters import Letter
from duecare.program.mail.models import Channel, OutboxMessage

TRIED_FOR = {Channel.MAIL: timedelta(days=3), Channel.WEBHOOK: timedelta(days=1)}
"""For how long a message is tried unless the caller says otherwise."""
KEPT = timedelta(days=30)
"""For how long it can be seen what became of a message."""
WRITTEN = 500
"""Rows of one write: far below what holds the lock for a noticeable time."""
STEPS = ("state", "next_at", "gives_up_at", "attempts", "lease", "lease_until", "ended_at", "words")
WORDS = 400
SIGN_IN = "sign-in"
"""The kind of message that is written only as it is sent, and is of no use later."""
OVER = (State.SENT, State.DROPPED)
"""What needs its content no more."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A message to be queued."""

    about: str
    """What it tells, to whom; a second message of the same is left out."""
    channel: Channel
    to: str
    kind: str
    letter: Letter | None
    """None for one that is written only as it is sent."""
    rank: int = 1
    tried_for: timedelta | None = None


def queue(messages: Iterable[Queued], now: datetime) -> int:
    """Put messages into the outbox; how many. What is told already is passed over."""
    made, rows = 0, [_row(one, now) for one in messages]
    for start in range(0, len(rows), WRITTEN):
        part = rows[start : start + WRITTEN]
        with transaction.atomic():
            known = set(
                OutboxMessage.objects.filter(about__in=[row.about for row in part]).values_list(
                    "about", flat=True
                )
            )
            fresh = {row.about: row for row in part if row.about not in known}
            OutboxMessage.objects.bulk_create(fresh.values(), ignore_conflicts=True)
        made += len(fresh)
    return made


def _row(one: Queued, now: datetime) -> OutboxMessage:
    return OutboxMessage(
        about=one.about,
        channel=one.channel,
        to=one.to,
        kind=one.kind,
        content={} if one.letter is None else one.letter.to_json(),
        key=secrets.token_hex(16),
        rank=one.rank,
        made_at=now,
        state=State.WAITING,
        next_at=now,
        gives_up_at=now + (one.tried_for or TRIED_FOR[one.channel]),
    )


def is_due(now: datetime) -> bool:
    """Whether anything is to be sent, or has been left behind by a sender."""
    return (
        OutboxMessage.objects.filter(state=State.WAITING, next_at__lte=now).exists()
        or OutboxMessage.objects.filter(
            state__in=(State.CLAIMED, State.HANDING), lease_until__lte=now
        ).exists()
    )


def claim(channel: Channel, most: int, now: datetime) -> list[OutboxMessage]:
    """At most so many messages that are due, now with whoever asked; the urgent first, then the oldest."""
    lease, claimed = secrets.token_hex(16), []
    with transaction.atomic():
        due = OutboxMessage.objects.select_for_update(skip_locked=True).filter(
            channel=channel, state=State.WAITING, next_at__lte=now
        )
        for row in due.order_by("rank", "next_at", "id")[:most]:
            step = delivery.claim(_of(row), lease, now)
            if step is not None and _write(row, step) and step.state is State.CLAIMED:
                claimed.append(row)
    return claimed


def hand(row: OutboxMessage, now: datetime) -> bool:
    """Say that its content goes on its way. False if it is no longer ours: then nothing may be sent."""
    step = delivery.hand(_of(row), row.lease, now)
    return step is not None and _write(row, step)


def settle(row: OutboxMessage, answer: Answer, now: datetime) -> bool:
    """Say how a try ended. False if the message is no longer with who says it."""
    ours = row.lease
    row.refresh_from_db(fields=STEPS)  # it may have been given up for lost meanwhile
    step = delivery.settle(_of(row), ours, answer, now)
    return step is not None and _write(row, step)


def release(rows: Sequence[OutboxMessage], until: datetime) -> None:
    """Let claimed messages wait again: no try was made of them."""
    for row in rows:
        if row.state == State.CLAIMED:
            OutboxMessage.objects.filter(pk=row.pk, state=State.CLAIMED, lease=row.lease).update(
                state=State.WAITING, lease="", lease_until=None, next_at=max(until, row.next_at)
            )


def reap(now: datetime) -> int:
    """Take back what a sender has left behind, and forget what is long over, unless a legal hold covers
    letters: what kept its content for one loses it when there is none any more. How many were left behind."""
    left = OutboxMessage.objects.filter(state__in=(State.CLAIMED, State.HANDING), lease_until__lte=now)
    taken = 0
    for row in left:
        step = delivery.reap(_of(row), now)
        taken += step is not None and _write(row, step)
    if not kind_is_held(LETTERS):
        OutboxMessage.objects.filter(ended_at__lte=now - KEPT).delete()
        OutboxMessage.objects.filter(state__in=OVER).exclude(content={}).update(content={})
    return taken


def again(key: int, now: datetime) -> bool:
    """Send a message that did not arrive once more, because a person says so. False if that cannot be."""
    rows = OutboxMessage.objects.filter(pk=key, state__in=NOT_ARRIVED).exclude(kind=SIGN_IN)
    gives_up = now + TRIED_FOR[Channel.MAIL]
    return bool(
        rows.update(
            state=State.WAITING, attempts=0, next_at=now, gives_up_at=gives_up, lease="", ended_at=None
        )
    )


def seen(key: int, now: datetime) -> bool:
    """Let a message that did not arrive be, because a person says so. False if that cannot be."""
    return bool(_let_be(OutboxMessage.objects.filter(pk=key, state__in=NOT_ARRIVED), ended_at=now))


def drop(rows: QuerySet[OutboxMessage], words: str, now: datetime) -> int:
    """Let what waits be for nobody any more."""
    return _let_be(rows.filter(state=State.WAITING), words=words[:WORDS], ended_at=now)


def _let_be(rows: QuerySet[OutboxMessage], **values: Any) -> int:
    """Drop messages, and what they say, unless a legal hold keeps that; how many. `rows` are filtered by a
    state that is not that of what was dropped."""
    if not kind_is_held(LETTERS):
        return rows.update(state=State.DROPPED, content={}, **values)
    emptied = rows.filter(kind=SIGN_IN).update(state=State.DROPPED, content={}, **values)
    return emptied + rows.update(state=State.DROPPED, **values)


def not_arrived() -> QuerySet[OutboxMessage]:
    """What a person should look at, newest first."""
    return OutboxMessage.objects.filter(state__in=NOT_ARRIVED).order_by("-ended_at", "-id")


def under_way() -> QuerySet[OutboxMessage]:
    """What waits or is being sent."""
    return OutboxMessage.objects.filter(state__in=UNDER_WAY)


def _of(row: OutboxMessage) -> Delivery:
    return Delivery(
        State(row.state),
        row.next_at,
        row.gives_up_at,
        row.attempts,
        row.lease,
        row.lease_until,
        row.ended_at,
        row.words,
    )


def _write(row: OutboxMessage, step: Delivery) -> bool:
    """Take a step if the row is still as it was read."""
    values = {name: getattr(step, name) for name in STEPS}
    values["words"] = step.words[:WORDS]
    if step.state in OVER and (row.kind == SIGN_IN or not kind_is_held(LETTERS)):
        values["content"] = {}
    still = OutboxMessage.objects.filter(pk=row.pk, state=row.state, lease=row.lease)
    if not still.update(**values):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    return True
