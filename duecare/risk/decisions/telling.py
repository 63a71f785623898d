"""Who is mailed when a decision is put, spoken of and signed. A mail says that, and leads to the paper.

Where the organisation lets mails hold more than a link, the mail of a signing brings the paper as PDF: it is
set when the mail is sent, so that no act waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.ledger.naming import PERSON
from duecare.ledger.viewers import READERS, Role, Viewer
from duecare.program.approval_queries import who_decides
from duecare.program.mail.letters import File, Letter, Row
from duecare.program.mail.models import Channel, OutboxMessage
from duecare.program.mail.outbox import Queued, queue
from duecare.program.mail.server import mail_server
from duecare.program.task_queries import today_at
from duecare.risk.decisions.models import DecisionWord, RiskDecision
from duecare.risk.decisions.queries import Said, drafter_of, others_who_may_sign, who_may_sign
from duecare.risk.rooms import ROOM
from duecare.web.recorded import in_the_records_language

log = logging.getLogger(__name__)
SIGNED = "risk-signed"
"""The kind of mail that is written only as it is sent, because it brings a PDF."""
WORD = "risk-decision"
SERVER = Viewer("server", "Duecare", frozenset({Role.OWNER}))
"""In whose name the paper of a mail is set. Nobody signs in as it."""


def of_putting(row: RiskDecision, now: datetime) -> int:
    """Tell whoever is to sign; within the act that puts it. How many."""
    to = [row.put_before_id] if row.put_before_id else _signers(row, today_at(now))
    with in_the_records_language():
        subject = _("A decision about risk waits for your signature: D-%s") % row.number
        about = f"risk-put:{row.pk}:{now.timestamp():.0f}"
        return _mail(about, subject, row, [key for key in to if f"{PERSON}{key}" != row.put_by], now)


def _signers(row: RiskDecision, today: date) -> list[str]:
    """Keys of those who may sign it; of who asked for it themselves only where nobody else may."""
    people = others_who_may_sign(row, row.put_by, today) or who_may_sign(row, today)
    return [key for key, _name in people]


def of_word(word: DecisionWord, now: datetime) -> int:
    """Tell whom somebody's word is for; within its act. How many."""
    row = word.decision
    with in_the_records_language():
        subjects = {
            Said.BACK: _("D-%s was sent back to you"),
            Said.ASK: _("Somebody asks about D-%s"),
            Said.ANSWER: _("Your question about D-%s was answered"),
            Said.DISSENT: _("Somebody dissents from D-%s"),
            Said.DELEGATE: _("A decision about risk waits for your signature: D-%s"),
        }
        asker = (
            DecisionWord.objects.filter(pk=word.answers).values_list("by", flat=True).first()
            if word.answers
            else None
        )
        to = {
            Said.ANSWER: (asker or "").removeprefix(PERSON),
            Said.DELEGATE: word.to_id or "",
        }.get(Said(word.kind), drafter_of(row))
        return _mail(
            f"risk-word:{word.pk}", subjects[Said(word.kind)] % row.number, row, [to] if to else [], now
        )


def of_signing(row: RiskDecision, approval: str, now: datetime) -> int:
    """Tell whoever signed, drew it up or put it, and all others who might have signed; within the act that
    signs. What it says is written as it is sent (`written`). How many."""
    if mail_server() is None:
        return 0
    actors = {row.drawn_by, row.put_by}
    people = {actor.removeprefix(PERSON) for actor in actors if actor.startswith(PERSON)}
    people |= {key for key, _name in who_may_sign(row, today_at(now))}
    messages = (
        Queued(f"{SIGNED}:{row.pk}:{approval}:{key}", Channel.MAIL, key, SIGNED, None)
        for key in sorted(people)
    )
    return queue(messages, now)


def written(message: OutboxMessage, now: datetime) -> Letter | None:
    """The mail of a signing, as it is sent; None for who may read decisions no more."""
    from duecare.risk.decisions.paper import pdf_of

    row = RiskDecision.objects.filter(pk=message.about.split(":")[1]).first()
    readers = {key for key, _name in who_decides(today_at(now), ROOM, READERS)}
    server = mail_server()
    if row is None or server is None or message.to not in readers:
        return None
    with in_the_records_language():
        subject = _("D-%s was signed") % row.number
        opening: tuple[str, ...] = () if server.short else (row.question,)
        attached: tuple[File, ...] = ()
        if not server.short:
            try:
                data = pdf_of(row, SERVER, now)
            except DuecareError:
                log.exception("the paper of a decision could not be set for a mail")
                opening = (*opening, _("The paper could not be set as a PDF: read it on its page."))
            else:
                attached = (File(f"decision-D-{row.number}.pdf", "application/pdf", data),)
        return Letter(subject, opening, (), _link(row), _closing(), attached)


def _mail(about: str, subject: str, row: RiskDecision, people: Iterable[str], now: datetime) -> int:
    server = mail_server()
    if server is None:
        return 0
    opening = () if server.short else (row.question,)
    letter = Letter(subject, opening, (), _link(row), _closing())
    return queue((Queued(f"{about}:{key}", Channel.MAIL, key, WORD, letter) for key in people), now)


def _link(row: RiskDecision) -> Row:
    return Row(_("Read the paper"), reverse("risk-paper", args=[row.pk]))


def _closing() -> tuple[str, ...]:
    return (_("You get this because you draw up or sign decisions about risk here."),)
