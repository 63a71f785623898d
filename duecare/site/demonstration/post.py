"""The clinic's mail: its server, the digests of the mornings, and what a made-up server answered to them.

Nothing is sent. Digests are made and leave the outbox by the steps that a real one takes; only the server is
the story's.
"""

from __future__ import annotations

from datetime import datetime

from duecare.ledger.recording import record_note
from duecare.program.escalations import escalate
from duecare.program.mail import outbox
from duecare.program.mail.delivery import Answer, Came
from duecare.program.mail.models import Channel
from duecare.program.mail.server import MailSettings, keep_server, mail_server
from duecare.program.mail.smtp import Security
from duecare.site import digest
from duecare.site.demonstration.story import Event
from duecare.site.demonstration.teller import Telling
from duecare.site.mailing import SENT
from duecare.site.models import MailChoice

WORKER = "worker"
MOST = 50
"""Messages of one morning."""


def server(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    named = {name: told[name] for name in MailSettings.__slots__ if name != "security"}
    keep_server(
        telling.actor(told["by"]), MailSettings(security=Security(told["security"]), **named), None, now
    )


def choice(telling: Telling, event: Event, now: datetime) -> None:
    """How often somebody wants the digest; a preference, so not in the record."""
    person = telling.people[event.told["by"]].pk
    MailChoice.objects.update_or_create(person=person, defaults={"how": event.told["how"]})


def morning(telling: Telling, day: int, now: datetime) -> None:
    """What the worker does of a morning: late tasks go to the managers, digests to those who have news."""
    row = mail_server()
    if row is None or day not in telling.told["mornings"]:
        return
    escalate(WORKER, now, row.late_days)
    digest.make_digests(now)
    sent: dict[str, int] = {}
    for one in outbox.claim(Channel.MAIL, MOST, now):
        if outbox.hand(one, now):
            outbox.settle(one, _answer(telling, one.to, day), now)
            sent[str(one.state)] = sent.get(str(one.state), 0) + 1
    if sent:
        record_note(WORKER, "send mail and webhooks", SENT, "outbox", sent)


def _answer(telling: Telling, to: str, day: int) -> Answer:
    for refused in telling.told["refused"]:
        if refused["day"] == day and telling.people[refused["to"]].pk == to:
            return Answer(Came.NEVER, refused["words"])
    return Answer(Came.ACCEPTED, "250 2.0.0 Ok: queued")
