"""Deciding whether an obligation applies, whatever the facts say, and taking that back. Each is one act."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.law.applicable import answers, register_now
from duecare.law.applies import Answer
from duecare.law.following.actions import follow_within
from duecare.law.models import LawChange, Override
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.task_queries import today_at
from duecare.web.recorded import recorded
from duecare.words import Text

DECIDABLE = (Answer.APPLIES, Answer.DOES_NOT_APPLY)
LONGEST = 4000
"""Characters of a reason."""


def override(
    actor: str, obligation: str, answer: Answer, reason: str, until: date | None, now: datetime
) -> list[LawChange]:
    """Decide whether an obligation applies. A decision that holds already is ended by it.

    Raises NotFound for no such obligation, BadInput without a reason, for a day that has passed, or for an
    answer that nobody can decide on. Returns what it changed.
    """
    if answer not in DECIDABLE:
        raise BadInput(_("That cannot be decided."), _("Say that it applies, or that it does not."), "answer")
    _demand_words(reason)
    if until is not None and until < today_at(now):
        raise BadInput(_("That day has passed."), _("Choose one to come, or none."), "until")
    with recording(actor, "decide whether an obligation applies") as act:
        one = register_now().obligations.get(obligation)
        if one is None:
            raise _unknown()
        act.reason = recorded(
            "decide that %(name)s: %(answer)s", name=Text(str.__str__(one.name)), answer=Text(answer.value)
        )
        for row in Override.objects.select_for_update().filter(obligation=obligation, ended_at=None):
            _end(row, actor, recorded("Another decision was put in its place."), now)
        Override.objects.create(
            id=new_key(),
            obligation=obligation,
            answer=answer.value,
            reason=reason.strip(),
            until=until,
            said=answers()[obligation].applicability.answer.value,
            version=one.version,
            made_by=actor,
            made_at=now,
        )
        return follow_within(actor, now)


def withdraw(actor: str, key: str, words: str, now: datetime) -> list[LawChange]:
    """Take a decision back: the content's answer holds again.

    Raises NotFound for no such decision, Refused if it has ended, BadInput without a reason. Returns what it
    changed.
    """
    _demand_words(words)
    with recording(actor, "take back a decision on whether an obligation applies"):
        row = Override.objects.select_for_update().filter(pk=key).first()
        if row is None:
            raise NotFound(_("There is no such decision."), _("Look on the page of the obligation."))
        if row.ended_at is not None:
            raise Refused(_("This decision has ended already."), _("Look on the page of the obligation."))
        _end(row, actor, words.strip(), now)
        return follow_within(actor, now)


def _end(row: Override, actor: str, words: str, now: datetime) -> None:
    row.ended_at, row.ended_by, row.ended_words = now, actor, words
    row.save()


def _demand_words(words: str) -> None:
    if not words.strip():
        raise BadInput(
            _("This is not decided without a reason."), _("Say what it rests on, and who said so."), "reason"
        )
    if len(words) > LONGEST:
        raise BadInput(
            _("The reason is longer than %s characters.") % LONGEST,
            _("Say it shorter, and attach the rest."),
            "reason",
        )


def _unknown() -> NotFound:
    return NotFound(_("There is no such obligation."), _("Look in the list of obligations."))
