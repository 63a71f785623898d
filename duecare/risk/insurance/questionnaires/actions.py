"""What people do with questionnaires: begin one, add questions, fill it, answer, read it through, end it.

Signing is a decision of the spine (docs/approvals.md). Every change takes back that it was read through.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.record_form import LONG
from duecare.program.unchanged import demand_unchanged
from duecare.risk.insurance.evidence import said, too_old
from duecare.risk.insurance.looking import demand_known, demand_reach, look
from duecare.risk.insurance.questionnaires.asked import (
    LONGEST,
    MOST,
    Asked,
    as_json,
    asked_of,
    demand_answer,
    filled,
    resting,
    shipped,
)
from duecare.risk.insurance.questionnaires.models import Questionnaire
from duecare.risk.insurance.questionnaires.queries import lacks as lacks_shown
from duecare.web.recorded import in_the_records_language, recorded
from duecare.words import number

LARGEST = 50_000
"""Bytes of all questions with their answers: what one entry of the record takes, with room to spare."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a questionnaire begins with."""

    title: str
    insurer: str
    as_of: date
    usual: bool = True
    """Whether the questions that ship are in it."""


def begin(viewer: Viewer, draft: Draft, now: datetime) -> Questionnaire:
    """Begin one. Raises BadInput naming the field."""
    for field, text in (("title", draft.title), ("insurer", draft.insurer)):
        if not 0 < len(text.strip()) <= 200:
            raise BadInput(_("This takes from 1 to 200 characters."), _("Shorten it."), field)
    plain = str.__str__  # the English that is kept, not the reader's language
    rows = [
        Asked(
            id=one.id,
            asks=plain(one.asks),
            rests_on=one.rests_on,
            lacks=plain(one.lacks),
            topic=plain(one.topic),
            shipped=one.id,
        )
        for one in (shipped().values() if draft.usual else ())
    ]
    with recording(viewer.actor, recorded("begin the questionnaire %(title)s", title=draft.title)):
        made: Questionnaire = Questionnaire.objects.create(
            id=new_key(),
            title=draft.title.strip(),
            insurer=draft.insurer.strip(),
            as_of=draft.as_of,
            questions=as_json(rows),
            made_at=now,
            made_by=viewer.actor,
        )
    return made


def add_questions(
    viewer: Viewer,
    key: str,
    asked: Sequence[str],
    now: datetime,
    *,
    rests_on: Sequence[str] = (),
    lacks: str = "",
) -> Questionnaire:
    """Add questions in the insurer's own words. Raises NotFound, Refused once it is signed, BadInput for
    what is none, or too many."""
    found = [" ".join(text.split()) for text in asked]
    if not found or any(not 0 < len(text) <= LONGEST for text in found):
        raise BadInput(
            _("A question takes from 1 to %s characters.") % number(LONGEST), _("Write one."), "asks"
        )
    demand_known(rests_on)
    if len(lacks) > LONGEST:
        raise BadInput(_("This takes %s characters.") % number(LONGEST), _("Shorten it."), "lacks")
    with recording(viewer.actor, "add questions to a questionnaire") as act:
        row = _open(key)
        there = asked_of(row.questions)
        new = [
            Asked(id=new_key(), asks=text, rests_on=tuple(rests_on), lacks=lacks.strip()) for text in found
        ]
        if len(there) + len(new) > MOST:
            raise BadInput(
                _("A questionnaire has at most %s questions.") % MOST, _("Begin a second one."), "asks"
            )
        _keep(row, (*there, *new))
        act.reason = recorded("add questions to the questionnaire %(title)s", title=row.title)
    return row


def drop_question(viewer: Viewer, key: str, question: str, now: datetime) -> Questionnaire:
    """Take a question out that this insurer does not ask. Raises NotFound, Refused once it is signed."""
    with recording(viewer.actor, "take a question out of a questionnaire") as act:
        row = _open(key)
        left = tuple(one for one in asked_of(row.questions) if one.id != question)
        if len(left) == len(row.questions):
            raise _no_question()
        _keep(row, left)
        act.reason = recorded("take a question out of the questionnaire %(title)s", title=row.title)
    return row


def fill(viewer: Viewer, key: str, now: datetime) -> Questionnaire:
    """Put what evidence says now to every question, as its answer unless a person gave one. Evidence is read
    before the act. Raises NotFound, Refused once it is signed, if it was changed meanwhile, or for who does
    not see all of the evidence."""
    before: Questionnaire | None = Questionnaire.objects.filter(pk=key).first()
    if before is None:
        raise _none()
    demand_reach((id for one in asked_of(before.questions) for id in one.rests_on), viewer)
    with in_the_records_language():
        rows = tuple(
            filled(one, said(look(one.rests_on, viewer, now), lacks_shown(one)))
            for one in asked_of(before.questions)
        )
    with recording(viewer.actor, "fill a questionnaire from evidence") as act:
        row = _open(key)
        if row.questions != before.questions:
            raise Refused(_("It was changed meanwhile."), _("Fill it again."))
        row.filled_at = now
        _keep(row, rows)
        act.reason = recorded("fill the questionnaire %(title)s from evidence", title=row.title)
    return row


def answer_question(
    viewer: Viewer,
    key: str,
    question: str,
    answer: str,
    words: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Questionnaire:
    """Answer one question. Raises NotFound, Refused once it is signed or if it was changed since `seen`,
    BadInput for an answer that differs from evidence without a word."""
    with recording(viewer.actor, "answer a question of a questionnaire") as act:
        row = _open(key)
        if seen is not None:
            demand_unchanged(row, seen)
        there = asked_of(row.questions)
        found = next((one for one in there if one.id == question), None)
        if found is None:
            raise _no_question()
        said_now = replace(found, answer=answer, words=words.strip(), own=True)
        demand_answer(said_now)
        _keep(row, tuple(said_now if one.id == question else one for one in there))
        act.reason = recorded("answer a question of the questionnaire %(title)s", title=row.title)
    return row


def rest_question(
    viewer: Viewer,
    key: str,
    question: str,
    rests_on: Sequence[str],
    lacks: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Questionnaire:
    """Say what of ours shows a question of an insurer's form. Evidence has to be asked anew after it.

    Raises NotFound, Refused once it is signed, if it was changed since `seen`, or for a question that ships,
    BadInput for what is neither a check nor a safeguard.
    """
    demand_known(rests_on)
    if len(lacks) > LONGEST:
        raise BadInput(_("This takes %s characters.") % number(LONGEST), _("Shorten it."), "lacks")
    with recording(viewer.actor, "say what shows a question of a questionnaire") as act:
        row = _open(key)
        if seen is not None:
            demand_unchanged(row, seen)
        there = asked_of(row.questions)
        found = next((one for one in there if one.id == question), None)
        if found is None:
            raise _no_question()
        if found.shipped:
            raise Refused(
                _("What shows a question that ships is in the program."), _("Add a question of your own.")
            )
        _keep(row, tuple(resting(one, rests_on, lacks) if one.id == question else one for one in there))
        act.reason = recorded("say what shows a question of the questionnaire %(title)s", title=row.title)
    return row


def review(viewer: Viewer, key: str, seen: int, now: datetime) -> Questionnaire:
    """Say that all answers were read and are right: from then on an owner or approver can sign. Raises
    NotFound, Refused once it is signed or if it was changed since `seen`, BadInput while a question has no
    answer, one that differs from evidence has no word, or evidence was not asked lately of each."""
    with recording(viewer.actor, "read a questionnaire through") as act:
        row = _open(key)
        demand_unchanged(row, seen)
        rows = asked_of(row.questions)
        if not rows:
            raise BadInput(_("It has no question."), _("Add some first."))
        for place, one in enumerate(rows, start=1):
            if not one.answer:
                raise BadInput(
                    _("Question %s has no answer.") % number(place), _("Fill it from evidence, or answer it.")
                )
            if one.differs and not one.words.strip():
                raise BadInput(
                    _("The answer to question %s differs from evidence, and nobody says why.")
                    % number(place),
                    _("Say it in its words."),
                )
        if old := too_old(row.filled_at, now):
            raise BadInput(old, _("Fill it from evidence, then read it through."))
        unasked = next((place for place, one in enumerate(rows, start=1) if not one.evidence), None)
        if unasked is not None:
            raise BadInput(
                _("Evidence was not asked to question %s.") % number(unasked),
                _("Ask evidence again, then read it through."),
            )
        row.reviewed_at, row.reviewed_by = now, viewer.actor
        row.save()
        act.reason = recorded("read the questionnaire %(title)s through", title=row.title)
    return row


def end(viewer: Viewer, key: str, reason: str, now: datetime) -> Questionnaire:
    """Say that it is not used, or no longer. Raises NotFound, Refused if it was ended, BadInput without a
    reason."""
    if not (reason := reason.strip()) or len(reason) > LONG:
        raise BadInput(
            _("A questionnaire does not end without a reason of at most %s characters.") % number(LONG),
            _("Say why."),
            "reason",
        )
    with recording(viewer.actor, "end a questionnaire") as act:
        row = _standing(key)
        row.ended_at, row.ended_by, row.ended_because = now, viewer.actor, reason
        row.save()
        act.reason = recorded("end the questionnaire %(title)s", title=row.title)
    return row


def _keep(row: Questionnaire, rows: Sequence[Asked]) -> None:
    """Within an act: its questions from now on. Raises BadInput if they are too long for one entry."""
    told = as_json(rows)
    if (size := len(json.dumps(told, ensure_ascii=False).encode())) > LARGEST:
        raise BadInput(
            _("All questions and answers together have %(size)s bytes; at most %(most)s are kept.")
            % {"size": number(size), "most": number(LARGEST)},
            _("Make two questionnaires of it, or shorten the words."),
        )
    row.questions = told
    row.reviewed_at, row.reviewed_by = None, ""
    row.save()


def _standing(key: str) -> Questionnaire:
    row: Questionnaire | None = Questionnaire.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise _none()
    if row.ended_at is not None:
        raise Refused(_("This questionnaire was ended."), _("Begin a new one."))
    return row


def _open(key: str) -> Questionnaire:
    row = _standing(key)
    if row.signed_at is not None:
        raise Refused(
            _("This questionnaire was signed, and stands as it is."),
            _("Begin a new one; what changed since belongs to the insurer statements of the policy."),
        )
    return row


def _none() -> NotFound:
    return NotFound(_("There is no such questionnaire."), _("Look in the list of questionnaires."))


def _no_question() -> NotFound:
    return NotFound(_("There is no such question in it."), _("Look at the page of the questionnaire."))
