"""Sending what waits in the outbox, over one line to the mail server and one request a webhook.

Nothing here holds a transaction open while it talks. A message is written down as on its way before its
first byte of content leaves, and as ended by the answer; `delivery.py` says what follows from a sender that
dies in between.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from duecare.program.mail import outbox
from duecare.program.mail.delivery import Answer, Came, State, pause_after
from duecare.program.mail.letters import Envelope, Letter, as_mail
from duecare.program.mail.models import Channel, MailServer, OutboxMessage, Webhook
from duecare.program.mail.server import connection_of, mail_server
from duecare.program.mail.smtp import Line, ServerFault, talking
from duecare.program.mail.webhooks import post
from duecare.program.outgoing import Outgoing, way_out
from duecare.program.queries import live_profile

logger = logging.getLogger(__name__)
BATCH = 50
"""Messages that are claimed at a time."""

Write = Callable[[OutboxMessage, datetime], Letter | None]
"""Writes a letter as it is sent; None if it is for nobody any more."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What sending needs that this room does not know."""

    addresses: Callable[[list[str]], Mapping[str, str]]
    """From keys of people to the addresses of those who may have mail today."""
    clock: Callable[[], datetime]
    writers: Mapping[str, Write] = field(default_factory=dict)
    """For the kinds of messages that are written only as they are sent."""
    out: Callable[[], Outgoing] = way_out
    stopped: Callable[[], bool] = lambda: False


def send_due(sender: Sender) -> Counter[str]:
    """Send what is due; how many messages ended as what. What cannot be sent now waits for another time."""
    found: Counter[str] = Counter()
    outbox.reap(sender.clock())
    for state in (*_mail(sender), *_webhooks(sender)):
        found[state] += 1
    return found


def _mail(sender: Sender) -> Iterator[str]:
    server = mail_server()
    if server is None:
        return
    while not sender.stopped():
        rows = outbox.claim(Channel.MAIL, BATCH, sender.clock())
        if not rows:
            return
        addresses = sender.addresses(sorted({row.to for row in rows}))
        try:
            # Only now, so that nobody is talked to when there is nothing to say.
            with talking(connection_of(server), sender.out()) as line:
                for row in rows:
                    if sender.stopped():
                        break
                    yield _one_mail(row, addresses.get(row.to), server, line, sender)
        except ServerFault as fault:
            logger.warning("mail waits: %s", fault)
            yield from _all_wait(rows, fault, sender.clock())
            return
        finally:
            outbox.release(rows, sender.clock())


def _one_mail(row: OutboxMessage, to: str | None, server: MailServer, line: Line, sender: Sender) -> str:
    """Hand one mail over; how it stands then. Raises ServerFault if the server is no good."""
    letter = None if to is None else _letter(row, sender)
    if to is None or letter is None:
        answer = Answer(Came.NOT_WANTED, _("It is for nobody any more."))
    else:
        profile = live_profile()
        name = f"Duecare, {profile.name}" if profile else "Duecare"
        try:
            envelope = Envelope(server.sender, name, _ascii(to), row.key, row.made_at, server.address)
            mail = as_mail(letter, envelope).as_bytes()
        except (ValueError, UnicodeError) as error:
            answer = Answer(Came.NEVER, _("The address cannot be written to: %s") % error)
        else:
            answer = line.hand_over(_ascii(to), mail, lambda: outbox.hand(row, sender.clock()))
    outbox.settle(row, answer, sender.clock())
    return row.state


def _letter(row: OutboxMessage, sender: Sender) -> Letter | None:
    write = sender.writers.get(row.kind)
    return write(row, sender.clock()) if write else Letter.from_json(row.content)


def _ascii(address: str) -> str:
    """An address whose domain is in ASCII (RFC 5890). Raises UnicodeError for one that cannot be."""
    name, _at, domain = address.rpartition("@")
    name.encode("ascii")
    return f"{name}@{domain.encode('idna').decode() if not domain.isascii() else domain}"


def _all_wait(rows: list[OutboxMessage], fault: ServerFault, now: datetime) -> Iterator[str]:
    """No mail goes out just now: those at hand count a try, and what else is due waits as long."""
    answer = Answer(Came.LATER, str(fault))
    pauses = []
    for row in rows:
        if row.state == State.CLAIMED and outbox.settle(row, answer, now):
            pauses.append(pause_after(row.attempts))
            yield row.state
    until = now + max(pauses, default=timedelta(minutes=1))
    waiting = OutboxMessage.objects.filter(channel=Channel.MAIL, state=State.WAITING, rank__gt=0)
    waiting.filter(next_at__lt=until, attempts=0).update(next_at=until, words=str(fault)[: outbox.WORDS])


def _webhooks(sender: Sender) -> Iterator[str]:
    while not sender.stopped():
        rows = outbox.claim(Channel.WEBHOOK, BATCH, sender.clock())
        if not rows:
            return
        hooks = Webhook.objects.in_bulk([row.to for row in rows])
        wait: set[str] = set()
        try:
            for row in rows:
                if sender.stopped() or row.to in wait:
                    continue
                yield _one_post(row, hooks.get(row.to), sender)
                if row.state == State.WAITING:
                    wait.add(row.to)
        finally:
            outbox.release(rows, sender.clock() + timedelta(minutes=1))


def _one_post(row: OutboxMessage, hook: Webhook | None, sender: Sender) -> str:
    now = sender.clock()
    if hook is None or hook.removed_at is not None:
        answer = Answer(Came.NOT_WANTED, _("The webhook was removed."))
    elif not hook.active:
        answer = Answer(Came.NOT_WANTED, _("The webhook is paused."))
    elif not outbox.hand(row, now):
        return row.state
    else:
        letter = Letter.from_json(row.content)
        answer = post(hook, letter, event=row.kind, key=row.key, out=sender.out(), at=now)
    outbox.settle(row, answer, sender.clock())
    return row.state
