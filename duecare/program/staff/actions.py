"""What people do with the list of staff: say what became of somebody. Lists come in by `program/imports`."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound
from duecare.ledger.recording import recording
from duecare.program.staff.models import StaffAnswer, StaffMember


def say_what_became(
    key: str, actor: str, answer: str, day: date | None, words: str, now: datetime
) -> StaffMember:
    """Say that somebody left (`day` is their last one), is still here, or is no person.

    Raises BadInput for an answer that lacks its day or its words, NotFound if there is nobody of that key.
    """
    if answer not in (StaffAnswer.LEFT, StaffAnswer.HERE, StaffAnswer.NOBODY):
        raise BadInput(_("It is not said what became of them."), _("Choose one of the answers."))
    if answer == StaffAnswer.LEFT and day is None:
        raise BadInput(_("It is not said when they left."), _("Add their last day."))
    if answer != StaffAnswer.LEFT and not words.strip():
        raise BadInput(_("It is not said how you know."), _("Say it in a sentence."))
    with recording(actor, "say what became of a person"):
        member = StaffMember.objects.select_for_update().filter(pk=key).first()
        if member is None:
            raise NotFound(_("There is no such person."), _("Look in the list of staff."))
        if day is not None and member.starts_on is not None and day < member.starts_on:
            raise BadInput(_("The last day is before the first."), _("Look at both days."))
        member.answer, member.answer_words = answer, words.strip()
        member.answered_by, member.answered_at = actor, now
        if answer == StaffAnswer.LEFT:
            member.leaves_on = day
        elif answer == StaffAnswer.HERE:
            member.leaves_on = None
        member.save()
    return member
