"""Who may have mail, and the worker's thread that sends what waits."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from duecare.incidents.notices import jobs as notices
from duecare.ledger.recording import record_note
from duecare.ledger.records import utc_now
from duecare.program.mail import outbox
from duecare.program.mail.outbox import SIGN_IN
from duecare.program.mail.sending import Sender, send_due
from duecare.program.outgoing import Outgoing, way_out
from duecare.risk.decisions import telling as decisions
from duecare.site import mail_sign_in
from duecare.site.models import User
from duecare.site.rights import holding_rights, today

logger = logging.getLogger("duecare.worker")
SENT = "site.mail"
"""The kind of the note that says how many messages ended as what."""
EVERY = 5.0
"""Seconds between two looks into the outbox: somebody may be waiting for a sign-in mail."""


def addresses_of(keys: list[str], now: datetime) -> dict[str, str]:
    """The mail addresses of those people who may sign in today."""
    holding = set(holding_rights(today(now)).filter(person__in=keys).values_list("person_id", flat=True))
    users = User.objects.filter(person__in=keys, is_active=True).values_list("person", "email")
    return {person: email for person, email in users if person in holding}


def sender(
    clock: Callable[[], datetime] = utc_now,
    *,
    out: Callable[[], Outgoing] = way_out,
    stopped: Callable[[], bool] = lambda: False,
) -> Sender:
    """What this Duecare sends with."""

    def addresses(keys: list[str]) -> Mapping[str, str]:
        return {**notices.addresses(keys), **addresses_of(keys, clock())}

    writers = {SIGN_IN: mail_sign_in.write, decisions.SIGNED: decisions.written}
    return Sender(addresses, clock, writers, out, stopped)


def send_waiting(actor: str, by: Sender) -> Counter[str]:
    """Send what is due and leave a note if anything came of it; how many messages ended as what."""
    if not outbox.is_due(by.clock()):
        return Counter()
    found = send_due(by)
    ended = {state: count for state, count in sorted(found.items()) if state != "waiting"}
    if ended:
        record_note(actor, "send mail and webhooks", SENT, "outbox", ended)
    return found


def send_until(stop: threading.Event, actor: str) -> None:
    """Send what waits until told to stop: in a thread, because an assessment can take minutes."""
    from django.db import close_old_connections

    by = sender(stopped=stop.is_set)
    while not stop.wait(EVERY):
        try:
            send_waiting(actor, by)
        except Exception:
            logger.exception("what waits could not be sent")
        close_old_connections()
