"""What people do with notices: draft, change, review, hand in, mail, drop.

A notice that was handed in is an event of the law: the clock that asked for it is met or late by it, and the
clocks that count from it begin. In an exercise everything is rehearsed and nothing leaves the house.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Max
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases.models import Case
from duecare.incidents.notices.clock_actions import clocks_within, open_case_of
from duecare.incidents.notices.drafting import LONGEST, gap, has_gap
from duecare.incidents.notices.models import MAIL, OUTSIDE, Notice
from duecare.incidents.timeline.actions import put
from duecare.law.moments import Moment
from duecare.law.terms import SUBMISSION
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.mail.delivery import State
from duecare.program.mail.letters import SUBJECT, Letter
from duecare.program.mail.models import Channel, OutboxMessage
from duecare.program.mail.outbox import Queued, drop, queue
from duecare.program.mail.server import mail_server
from duecare.program.unchanged import demand_unchanged
from duecare.web.recorded import in_the_records_language, recorded

NOTICE = "incidents.notice"
MESSAGE = "notice:"
"""Begins what the outbox calls the mail of a notice."""
QUEUED = "incident-notice"
"""The kind of its message in the outbox."""


def draft_notice(
    actor: str, case: str, clock: str, recipient: str, subject: str, words: str, now: datetime
) -> Notice:
    """Begin a notice for a clock ("eu-gdpr.authority"); the second for one clock is its part 2.

    Raises BadInput for no such clock or a text that cannot be, NotFound, Refused if the case is closed or an
    unsent one for this clock stands.
    """
    with recording(actor, "draft a notice") as act:
        found = open_case_of(case)
        told = clocks_within(found, now).of(clock)
        if told is None:
            raise BadInput(
                _("The law of this case has no clock “%s”.") % clock[:80],
                _("Begin from the clock on the page of the case."),
                "clock",
            )
        of_clock = found.notices.filter(obligation=told.clock.obligation, clock=told.clock.id)
        if of_clock.filter(submitted_at=None, dropped_at=None).exists():
            raise Refused(
                _("A draft of this notice stands already."),
                _("Go on with it, or drop it first; the next part begins once it was handed in."),
            )
        part = (of_clock.filter(dropped_at=None).aggregate(most=Max("part"))["most"] or 0) + 1
        made = Notice(
            id=new_key(),
            case=found,
            obligation=told.clock.obligation,
            clock=told.clock.id,
            part=part,
            drafted_at=now,
            drafted_by=actor,
        )
        _describe(made, recipient, subject, words, actor, now)
        act.reason = recorded("draft the notice %(subject)s", subject=made.subject)
        made.save(force_insert=True)
    return made


def change_notice(
    actor: str, key: str, recipient: str, subject: str, words: str, seen: int, now: datetime
) -> Notice:
    """Change the text of a notice; what a reviewer agreed to before is taken back.

    Raises Refused if it was handed in, dropped, or changed by somebody else since `seen`.
    """
    with recording(actor, "change a notice") as act:
        notice = _draft(key)
        demand_unchanged(notice, seen)
        _describe(notice, recipient, subject, words, actor, now)
        act.reason = recorded("change the notice %(subject)s", subject=notice.subject)
        notice.reviewed_at, notice.reviewed_by, notice.review_words = None, "", ""
        notice.reviewed_alone = False
        notice.save()
    return notice


def review_notice(actor: str, key: str, words: str, seen: int, now: datetime) -> Notice:
    """Agree to the text as it stands. Whoever wrote it agrees alone, and the record says so."""
    with recording(actor, "review a notice") as act:
        notice = _draft(key)
        demand_unchanged(notice, seen)
        act.reason = recorded("agree to the notice %(subject)s", subject=notice.subject)
        notice.reviewed_at, notice.reviewed_by, notice.review_words = now, actor, words.strip()
        notice.reviewed_alone = notice.changed_by == actor
        notice.save()
    return notice


def hand_in(
    actor: str,
    key: str,
    happened: Moment,
    now: datetime,
    *,
    seen: int | None = None,
    address: str = "",
    reference: str = "",
    proof_words: str = "",
) -> Notice:
    """Record that a notice was handed in outside: by a form, a call, a letter. In an exercise: rehearsed.

    `seen` is the newest entry about it that was read with its text. Raises BadInput for a time to come,
    Refused if it was handed in or dropped before, or changed since `seen`.
    """
    if happened.at > now:
        raise BadInput(
            _("%s is still to come.") % happened.written(), _("Record it once it was handed in."), "at"
        )
    with recording(actor, "record that a notice was handed in") as act:
        notice = _draft(key)
        if seen is not None:
            demand_unchanged(notice, seen)
        act.reason = recorded("record that the notice %(subject)s was handed in", subject=notice.subject)
        notice.address, notice.reference = address.strip(), reference.strip()
        notice.proof_words = proof_words.strip()
        _submitted(actor, notice, happened, OUTSIDE, now)
    return notice


def mail_notice(actor: str, key: str, address: str, seen: int, now: datetime) -> Notice:
    """Put a notice that was reviewed into the outbox, for an address outside.

    Raises Refused in an exercise, without a review, with a gap in its text, without a mail server, and if it
    was sent or changed meanwhile; BadInput for an address that is none. Only the mail server's acceptance
    makes it handed in.
    """
    server = mail_server()
    with recording(actor, "send a notice by mail") as act:
        notice = _draft(key)
        demand_unchanged(notice, seen)
        if notice.case.exercise:
            raise Refused(
                _("This is an exercise: nothing of it is sent to anybody outside."),
                _("Record it as handed in; that is how it is rehearsed."),
            )
        if notice.reviewed_at is None:
            raise Refused(
                _("Nobody has agreed to this text yet."), _("Let somebody review it, or review it alone.")
            )
        _demand_no_gap(notice.words)
        if server is None:
            raise Refused(
                _("No mail server is set up."),
                _("Send it yourself and record it, or let an owner set up mail in the settings."),
            )
        act.reason = recorded("send the notice %(subject)s by mail", subject=notice.subject)
        if OutboxMessage.objects.filter(about=message_of(key)).exists():
            raise Refused(
                _("This notice was tried by mail before."), _("Hand it in another way, and record that.")
            )
        notice.how, notice.address = MAIL, _mail_address(address)
        notice.save()
        letter = Letter(
            notice.subject[:SUBJECT], tuple(line for line in notice.words.splitlines() if line.strip())
        )
        queue([Queued(message_of(key), Channel.MAIL, key, QUEUED, letter, rank=0)], now)
    return notice


def message_of(key: str) -> str:
    """What the outbox calls the mail of a notice."""
    return f"{MESSAGE}{key}"


def accepted(actor: str, key: str, at: datetime, now: datetime) -> Notice:
    """Record that the mail server took a notice at a moment. Refused if that is recorded already."""
    with recording(actor, "record that a notice was mailed") as act:
        notice = _standing(key)
        if notice.how != MAIL:
            raise Refused(_("This notice does not wait for its mail."), _("Look at its page."))
        act.reason = recorded("record that the notice %(subject)s was mailed", subject=notice.subject)
        _submitted(actor, notice, Moment(at, notice.case.zone), MAIL, now)
    return notice


def give_up_mail(actor: str, key: str, now: datetime) -> Notice:
    """Take a notice back from the outbox whose mail did not arrive, so that it goes another way."""
    with recording(actor, "take a notice back from the outbox") as act:
        notice = _standing(key)
        if notice.how != MAIL:
            raise Refused(_("This notice does not wait for its mail."), _("Look at its page."))
        act.reason = recorded("take the notice %(subject)s back from the outbox", subject=notice.subject)
        drop(OutboxMessage.objects.filter(about=message_of(key)), _("It goes another way."), now)
        leaving = (State.CLAIMED, State.HANDING, State.SENT)
        if OutboxMessage.objects.filter(about=message_of(key), state__in=leaving).exists():
            raise Refused(_("Its mail is leaving or has left."), _("Wait a minute for what comes of it."))
        notice.how = ""
        notice.save()
    return notice


def complete_notice(
    actor: str, key: str, reference: str, proof_words: str, seen: int, now: datetime
) -> Notice:
    """Say what the recipient calls a notice that was handed in, and what shows that it was: that comes later.

    Raises Refused if it was not handed in, or was changed by somebody else since `seen`.
    """
    with recording(actor, "complete a notice") as act:
        notice = _locked(key)
        if notice.submitted_at is None:
            raise Refused(_("This notice was not handed in yet."), _("Record first that it was."))
        demand_unchanged(notice, seen)
        act.reason = recorded("complete the notice %(subject)s", subject=notice.subject)
        notice.reference, notice.proof_words = reference.strip(), proof_words.strip()
        notice.save()
        values = {"subject": notice.subject, "reference": notice.reference or "–"}
        words = recorded("Known now of the notice %(subject)s: their reference is %(reference)s.", **values)
        put(
            actor, notice.case, now, words, Moment(now, notice.case.zone), "note",
            about=f"{NOTICE}:{notice.pk}",
        )  # fmt: skip
    return notice


def drop_notice(actor: str, key: str, because: str, now: datetime) -> Notice:
    """Drop a draft. Raises BadInput without a reason, Refused if it was handed in."""
    if not because.strip():
        raise BadInput(_("A notice is not dropped without a reason."), _("Say why."), "reason")
    with recording(actor, "drop a notice") as act:
        notice = _draft(key)
        act.reason = recorded("drop the notice %(subject)s", subject=notice.subject)
        notice.dropped_at, notice.dropped_because = now, because.strip()
        notice.save()
    return notice


def _submitted(actor: str, notice: Notice, happened: Moment, how: str, now: datetime) -> None:
    """Within an act: it is in, and the clocks count from it."""
    case: Case = notice.case
    notice.how, notice.submitted_at, notice.submitted_by = how, happened.at, actor
    notice.save()
    values = {
        "subject": notice.subject,
        "recipient": notice.recipient,
        "reference": notice.reference or "–",
    }
    if case.exercise:
        words = recorded("Rehearsed: handed in to %(recipient)s: %(subject)s.", **values)
    else:
        words = recorded("Handed in to %(recipient)s: %(subject)s. Their reference: %(reference)s.", **values)
    put(
        actor, case, now, words, happened, "notice",
        trigger=f"{SUBMISSION}{notice.obligation}.{notice.clock}", obligation=notice.obligation,
        about=f"{NOTICE}:{notice.pk}",
    )  # fmt: skip


def _describe(notice: Notice, recipient: str, subject: str, words: str, actor: str, now: datetime) -> None:
    for value, most, name in (
        (recipient, 1000, "recipient"),
        (subject, 300, "subject"),
        (words, LONGEST, "words"),
    ):
        if not 0 < len(value.strip()) <= most:
            raise BadInput(
                _("A notice says who is told, what it is called and what it says, each within bounds."),
                _("Write 1 to %s characters.") % most,
                name,
            )
    notice.recipient, notice.subject, notice.words = recipient.strip(), subject.strip(), words.strip()
    notice.changed_at, notice.changed_by = now, actor


def _demand_no_gap(words: str) -> None:
    with in_the_records_language():  # in which it was drafted
        left = has_gap(words)
    if left or has_gap(words):
        raise Refused(
            _("Its text still has a gap: %s.") % gap(),
            _("Complete the text, and let it be reviewed again."),
        )


def _mail_address(address: str) -> str:
    try:
        validate_email(address.strip())
    except ValidationError as error:
        raise BadInput(
            _("“%s” is no mail address.") % address[:80],
            _("Write one such as office@authority.example."),
            "address",
        ) from error
    return address.strip()


def _locked(key: str) -> Notice:
    """The notice of an open case, both locked: the case first, as everywhere."""
    missing = NotFound(_("There is no such notice."), _("Look in the list of the case."))
    of_case = Notice.objects.filter(pk=key).values_list("case_id", flat=True).first()
    if of_case is None:
        raise missing
    case = open_case_of(of_case)
    notice: Notice | None = Notice.objects.select_for_update().filter(pk=key, case=case).first()
    if notice is None:
        raise missing
    notice.case = case
    return notice


def _standing(key: str) -> Notice:
    """The same, neither handed in nor dropped."""
    notice = _locked(key)
    if notice.submitted_at is not None:
        raise Refused(
            _("This notice was handed in already."), _("Begin its next part if there is more to tell.")
        )
    if notice.dropped_at is not None:
        raise Refused(_("This notice was dropped."), _("Begin another."))
    return notice


def _draft(key: str) -> Notice:
    """The same, and not on its way by mail either."""
    notice = _standing(key)
    if notice.how == MAIL:
        raise Refused(
            _("This notice is on its way by mail."),
            _("Wait for what comes of it, or take it back from the outbox."),
        )
    return notice


def values_of(notice: Notice) -> dict[str, Any]:
    """What its form begins with."""
    return {"recipient": notice.recipient, "subject": notice.subject, "words": notice.words}
