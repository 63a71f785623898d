"""What people do with statements: make one, review somebody else's, withdraw one.

Of a question one statement counts at a time: a new one ends the one before in the same act. An answer of "no"
or "partly" is a known gap, so it opens a finding; the finding closes in the act that answers otherwise or
withdraws, and stays as old as it is while the gap is admitted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.catalogue import catalogue
from duecare.program.models import Answer, Finding, Review, Statement
from duecare.program.queries import live_profile, zone_of
from duecare.program.questions import Question
from duecare.program.record_form import LONG
from duecare.program.statement_queries import STATED, reference
from duecare.web.recorded import recorded
from duecare.words import Text, day

REASON = 150
"""Characters of the reason for a withdrawal."""
LINK = 500
EARLIEST = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement as somebody wants to make it."""

    answer: Answer
    words: str
    link: str
    period_from: date
    period_to: date
    expires: date | None = None
    """None for as long as the question allows."""

    def expires_for(self, question: Question) -> date:
        """Last day on which it will count."""
        return self.expires or self.period_to + timedelta(days=question.days)


def faults(draft: Draft, question: Question, today: date) -> dict[str, str]:
    """What is wrong with a draft, in words by field; empty if it can be made. `today` is ours."""
    found: dict[str, str] = {}
    if not draft.words.strip():
        found["words"] = _("Write what a reader needs to believe the answer.")
    elif len(draft.words) > LONG:
        found["words"] = _("Use at most %s characters, and put the rest into a file.") % LONG
    if draft.link and (refusal := _link_fault(draft.link)):
        found["link"] = refusal
    if draft.period_from > draft.period_to:
        found["period_from"] = _("The period begins after its end: exchange the two days, or correct one.")
    elif draft.period_from < EARLIEST:
        found["period_from"] = _("That is too long ago: choose a day since 1970.")
    if draft.period_to > today:
        found["period_to"] = _("A statement speaks of what is or was so: choose today or an earlier day.")
        return found
    last, latest = draft.expires_for(question), draft.period_to + timedelta(days=question.days)
    if last < today:
        where = "expires" if draft.expires else "period_to"
        found[where] = _("It would have expired on %s already: speak of a later period.") % day(last)
    elif last > latest:
        found["expires"] = _("An answer to this counts at most %(days)s days: until %(day)s.") % {
            "days": question.days,
            "day": day(latest),
        }
    return found


def _link_fault(link: str) -> str:
    """Why a link is refused; empty if it can be shown."""
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or any(c.isspace() or c < " " for c in link):
        return _("Give a whole address that begins with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        return _("Leave the name or password out of the address.")
    return _("Use at most %s characters.") % LINK if len(link) > LINK else ""


def today_here(now: datetime) -> date:
    """The organisation's day at a moment."""
    return now.astimezone(zone_of(live_profile())).date()


def make_statement(actor: str, question: Question, draft: Draft, now: datetime) -> Statement:
    """Answer a question. The statement that answered it until now ends in the same act.

    Raises BadInput naming the first field that is wrong; then nothing changed.
    """
    if wrong := faults(draft, question, today_here(now)):
        field, words = next(iter(wrong.items()))
        raise BadInput(f"{question.ask} ({field})", words)
    with recording(
        actor,
        recorded(
            "answer “%(answer)s” to: %(question)s", answer=Text(draft.answer.value), question=question.ask
        ),
    ):
        for old in _standing(question.id):
            old.ended_at, old.ended_because = now, "replaced"
            old.save()
        made = Statement.objects.create(
            id=new_key(),
            safeguard=question.safeguard,
            question=question.id,
            asked=question.ask,
            answer=draft.answer.value,
            words=draft.words.strip(),
            link=draft.link,
            period_from=draft.period_from,
            period_to=draft.period_to,
            expires=draft.expires_for(question),
            made_by=actor,
            made_at=now,
        )
        if draft.answer in (Answer.NO, Answer.PARTLY):
            _admit(made, now)
        else:
            _close_gap(question.id, recorded("answered “%(answer)s”", answer=Text(made.answer)), now)
    return made


def review_statement(actor: str, key: str, review: Review, words: str, now: datetime) -> Statement:
    """Say as a second person whether a statement is to be believed; a later review replaces an earlier.

    Raises NotFound for no such statement, Refused for one's own or an ended one, BadInput without words.
    """
    if not words.strip():
        raise BadInput(
            _("A review needs its reason."), _("Write what you looked at, and what it showed or lacked.")
        )
    with recording(actor, recorded("review a statement: %(review)s", review=Text(review.value))):
        found = _demand(key)
        if found.made_by == actor:
            raise Refused(
                _("Nobody reviews a statement of their own."), _("Ask an owner, a manager or an approver.")
            )
        found.review, found.review_words = review.value, words.strip()
        found.reviewed_by, found.reviewed_at = actor, now
        found.save()
    return found


def withdraw_statement(actor: str, key: str, reason: str, now: datetime) -> Statement:
    """End a statement without another in its place; a gap that it admitted is then no longer known.

    Raises NotFound for no such statement, Refused for one that has ended, BadInput without a reason.
    """
    because = reason.strip()
    if not 0 < len(because) <= REASON:
        raise BadInput(
            _("A statement is not withdrawn without a reason."),
            _("Say in at most %s characters why it no longer holds.") % REASON,
        )
    with recording(actor, "withdraw a statement"):
        found = _demand(key)
        found.ended_at, found.ended_because = now, recorded("withdrawn: %(because)s", because=because)
        found.save()
        _close_gap(found.question, recorded("the statement was withdrawn: %(because)s", because=because), now)
    return found


def _standing(question: str) -> list[Statement]:
    """The statements of a question that have not ended, locked."""
    return list(Statement.objects.select_for_update().filter(question=question, ended_at=None))


def _demand(key: str) -> Statement:
    """The statement, locked, if it has not ended."""
    found: Statement | None = Statement.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such statement."), _("Look in the list of statements."))
    if found.ended_at is not None:
        raise Refused(
            _("This statement has ended: %s.") % found.ended_because,
            _("Look at the page of its question for the one that counts now."),
        )
    return found


def _gap(question: str) -> Finding | None:
    """The open finding about an admitted gap."""
    found: Finding | None = Finding.objects.filter(check_id=STATED, item=question, closed_at=None).first()
    return found


def _admit(statement: Statement, now: datetime) -> None:
    """Open the finding about what a statement admits, or point the open one at it."""
    gap = _gap(statement.question) or Finding(
        id=new_key(),
        check_id=STATED,
        safeguard=statement.safeguard,
        subject_name=recorded(catalogue()[statement.safeguard].title),
        item=statement.question,
        opened_at=now,
    )
    gap.subject = reference(statement.pk)
    gap.reason = recorded(
        "stated “%(answer)s”: %(asked)s", answer=Text(statement.answer), asked=Text(statement.asked)
    )
    gap.save()


def _close_gap(question: str, because: str, now: datetime) -> None:
    gap = _gap(question)
    if gap is not None:
        gap.closed_at, gap.closed_because = now, because
        gap.save()
