"""Immediate mail: for what cannot wait until the morning, and for nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from duecare.ledger.viewers import Role
from duecare.program.mail.letters import Letter, Row
from duecare.program.mail.models import Channel
from duecare.program.mail.outbox import Queued, queue
from duecare.program.mail.server import mail_server
from duecare.program.mail.webhooks import URGENT, tell_webhooks
from duecare.program.models import Person
from duecare.program.task_queries import today_at

MANAGERS = (Role.OWNER, Role.MANAGER)
"""Who answers for the daily work, and so is told of what is urgent and of what is late."""


def notify_now(
    about: str,
    subject: str,
    words: Sequence[str],
    path: str,
    now: datetime,
    *,
    roles: Sequence[Role] = MANAGERS,
) -> int:
    """Tell everybody who holds one of the roles, and the webhooks for what is urgent, at once; how many.

    For incidents, and for the record's own faults: whoever is woken for less stops reading. Called within
    the act that it tells of, so that both are kept or neither is. `about` names what it tells: of one thing
    everybody is told once. With short mails only the subject and the link leave the house, as always to
    webhooks.
    """
    server = mail_server()
    link = Row(_("Look at it"), path)
    short = Letter(subject, (), (), link)
    told = 0
    if server is not None:
        closing = (_("You get this because you answer for the daily work here, and it cannot wait."),)
        opening = () if server.short else tuple(words)
        letter = Letter(subject, opening, (), link, closing)
        people = holders(roles, now)
        told += queue(
            (Queued(f"{about}:{key}", Channel.MAIL, key, URGENT, letter, rank=0) for key in people), now
        )
    return told + tell_webhooks(URGENT, about, short, now)


def holders(roles: Sequence[Role], now: datetime) -> list[str]:
    """Keys of the people who hold one of the roles today."""
    day = today_at(now)
    holding = Q(rights__ended_at=None, rights__role__in=[role.value for role in roles]) & (
        Q(rights__until=None) | Q(rights__until__gte=day)
    )
    return sorted(Person.objects.filter(holding).values_list("pk", flat=True).distinct())
