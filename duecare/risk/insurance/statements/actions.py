"""What people do with insurer statements: write one down, answer it from evidence, tell of a change, end it.

Signing is a decision of the spine (docs/approvals.md); `queries.py` says what it changes. What evidence says
is asked before the act that freezes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.models import Ending, Finding, Task
from duecare.program.record_form import LONG
from duecare.program.unchanged import demand_unchanged
from duecare.risk.insurance.evidence import ANSWERS, as_json, said
from duecare.risk.insurance.looking import demand_known, demand_reach, look
from duecare.risk.insurance.policies.queries import find_policy
from duecare.risk.insurance.statements.models import InsurerStatement, StatementDrift
from duecare.risk.insurance.statements.queries import STATEMENT, origin
from duecare.risk.insurance.statements.terms import CONTINUITY, KINDS, ON_THE_DAY
from duecare.web.recorded import in_the_records_language, recorded
from duecare.words import number

MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Draft:
    """What a statement is about."""

    question: str
    kind: str
    scope: str
    predicate: str
    as_of: date
    continuity: str
    consequence: str
    rests_on: tuple[str, ...] = ()
    lacks: str = ""
    threshold: str = ""
    until: date | None = None
    exceptions: str = ""
    wording: str = ""
    tell_within: int | None = None


def add_statement(viewer: Viewer, policy: str, draft: Draft, now: datetime) -> InsurerStatement:
    """Write down what an insurer asks. Raises NotFound for no such policy, Refused for one that was ended,
    BadInput naming the field."""
    under = find_policy(policy, viewer)
    if under.ended_at is not None:
        raise Refused(_("This policy was ended."), _("Choose the one that took its place."))
    values = _values(draft)
    with recording(viewer.actor, "write down an insurer statement") as act:
        made: InsurerStatement = InsurerStatement.objects.create(
            id=new_key(), policy=under, made_at=now, made_by=viewer.actor, **values
        )
        act.reason = recorded("write down the insurer statement %(question)s", question=str(made))
    return made


def change_statement(viewer: Viewer, key: str, draft: Draft, seen: int, now: datetime) -> InsurerStatement:
    """Say anew what it is about; an answer that nobody signed yet is taken back. Raises NotFound, Refused for
    one that was signed, ended or changed since `seen`, BadInput naming the field."""
    values = _values(draft)
    with recording(viewer.actor, "change an insurer statement") as act:
        row = _unsigned(key)
        demand_unchanged(row, seen)
        for name, value in values.items():
            setattr(row, name, value)
        row.answer, row.differs_because, row.basis, row.said = "", "", "", {}
        row.answered_at, row.answered_by = None, ""
        row.save()
        act.reason = recorded("change the insurer statement %(question)s", question=str(row))
    return row


def answer_statement(
    viewer: Viewer,
    key: str,
    answer: str,
    basis: str,
    now: datetime,
    *,
    differs_because: str = "",
    seen: int | None = None,
) -> InsurerStatement:
    """Answer it, with what evidence says at this moment frozen beside the answer. It counts once signed.

    Raises BadInput for an answer that evidence does not give and that has no reason, Refused for one that was
    signed, ended or changed since `seen`.
    """
    basis, differs_because = basis.strip(), differs_because.strip()
    if answer not in ANSWERS:
        raise BadInput(_("“%s” is no answer.") % answer, _("Choose one."), "answer")
    for field, text in (("basis", basis), ("differs_because", differs_because)):
        if len(text) > LONG:
            raise BadInput(_("This takes %s characters.") % number(LONG), _("Shorten it."), field)
    if not basis:
        raise BadInput(
            _("Whoever signs this has to know what the answer rests on."),
            _("Say how you know: which report, which list, of which day."),
            "basis",
        )
    found: InsurerStatement | None = InsurerStatement.objects.filter(pk=key).first()
    if found is None:
        raise _none()
    demand_reach(found.rests_on, viewer)
    with in_the_records_language():
        told = said(look(found.rests_on, viewer, now), found.lacks)
    if told.answer != answer and not differs_because:
        raise BadInput(
            _("Evidence says “%s”, and the answer is another.") % ANSWERS[told.answer],
            _("Answer as evidence does, or say why it is otherwise: whoever signs reads both."),
            "differs_because",
        )
    with recording(viewer.actor, "answer an insurer statement") as act:
        row = _unsigned(key)
        if seen is not None:
            demand_unchanged(row, seen)
        if (row.rests_on, row.lacks) != (found.rests_on, found.lacks):
            raise Refused(_("It was changed meanwhile."), _("Look at it again."))
        row.answer, row.basis, row.said = answer, basis, as_json(told)
        row.differs_because = differs_because if told.answer != answer else ""
        row.answered_at, row.answered_by = now, viewer.actor
        row.save()
        act.reason = recorded("answer the insurer statement %(question)s", question=str(row))
    return row


def tell(viewer: Viewer, drift: str, words: str, now: datetime, *, seen: int | None = None) -> StatementDrift:
    """Say that the insurer was told of a change. Its task ends and its finding closes; what evidence said by
    the drift is what the insurer knows from then on, and what came later is still owed. Raises NotFound,
    Refused if that was said before or if the drift changed since `seen`, BadInput without words."""
    words = words.strip()
    if not words or len(words) > LONG:
        raise BadInput(
            _("Say in at most %s characters to whom it was told, how, and what.") % number(LONG),
            _("A copy of the letter can be put to the statement as a file."),
            "words",
        )
    found = StatementDrift.objects.select_related("statement").filter(pk=drift).first()
    if found is None:
        raise NotFound(_("There is no such change of a statement."), _("Look at the page of the statement."))
    demand_reach(found.statement.rests_on, viewer)
    with recording(viewer.actor, "tell an insurer of a change") as act:
        # The statement first, as the worker locks them.
        InsurerStatement.objects.select_for_update().get(pk=found.statement_id)
        row = StatementDrift.objects.select_for_update().get(pk=drift)
        if row.told_at is not None:
            raise Refused(_("That was said already."), _("Write what came later as a comment."))
        if seen is not None:
            demand_unchanged(row, seen)
        row.told_at, row.told_by, row.told_words = now, viewer.actor, words
        row.save()
        act.reason = recorded(
            "tell the insurer that the answer changed: %(question)s", question=str(found.statement)
        )
        with in_the_records_language():
            close_finding(row, now, _("the insurer was told"))
            _end_task(row, viewer.actor, now, _("the insurer was told: %s") % words)
    return row


def end_statement(viewer: Viewer, key: str, reason: str, now: datetime) -> InsurerStatement:
    """Say that it stands no longer: withdrawn, or written down by mistake. Raises NotFound, Refused if it was
    ended before or the insurer has still to be told of a change, BadInput without a reason."""
    if not (reason := reason.strip()) or len(reason) > LONG:
        raise BadInput(
            _("A statement does not end without a reason of at most %s characters.") % number(LONG),
            _("Say who took it back, and what the insurer was told of that."),
            "reason",
        )
    with recording(viewer.actor, "end an insurer statement") as act:
        row = _standing(key)
        if StatementDrift.objects.filter(statement=row, told_at=None).exists():
            raise Refused(
                _("The insurer was not told yet that the answer changed."), _("Tell them, and say so here.")
            )
        row.ended_at, row.ended_by, row.ended_because = now, viewer.actor, reason
        row.save()
        act.reason = recorded("end the insurer statement %(question)s", question=str(row))
    return row


def close_finding(row: StatementDrift, now: datetime, because: str) -> None:
    """Within an act: the finding of a drift closes."""
    mine = Finding.objects.select_for_update().filter(pk=row.finding, check_id=STATEMENT, closed_at=None)
    for finding in mine:
        finding.closed_at, finding.closed_because = now, because[:200]
        finding.save()


def _end_task(row: StatementDrift, actor: str, now: datetime, words: str) -> None:
    for task in Task.objects.select_for_update().filter(origin=origin(row.pk), ended_at=None):
        task.ended_at, task.ended_as, task.ended_by, task.ended_words = now, Ending.DONE.value, actor, words
        task.save()


def _standing(key: str) -> InsurerStatement:
    row: InsurerStatement | None = InsurerStatement.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise _none()
    if row.ended_at is not None:
        raise Refused(_("This statement was ended."), _("Write a new one down."))
    return row


def _unsigned(key: str) -> InsurerStatement:
    row = _standing(key)
    if row.signed_at is not None:
        raise Refused(
            _("This statement was signed, and stands as it is."),
            _("End it with a reason and write a new one down, if the insurer takes another."),
        )
    return row


def _none() -> NotFound:
    return NotFound(_("There is no such statement."), _("Look in the list of insurer statements."))


def _values(draft: Draft) -> dict[str, object]:
    for field, text, least, most in (
        ("question", draft.question, 1, LONG),
        ("scope", draft.scope, 1, LONG),
        ("predicate", draft.predicate, 1, LONG),
        ("threshold", draft.threshold, 0, 200),
        ("exceptions", draft.exceptions, 0, LONG),
        ("lacks", draft.lacks, 0, 1000),
        ("consequence", draft.consequence, 1, LONG),
        ("wording", draft.wording, 0, 100),
    ):
        if not least <= len(text.strip()) <= most:
            raise BadInput(
                _("This takes from %(least)s to %(most)s characters.")
                % {"least": least, "most": number(most)},
                _("Write what the paper says."),
                field,
            )
    if draft.kind not in KINDS:
        raise BadInput(_("“%s” is no kind of statement.") % draft.kind, _("Choose one."), "kind")
    if draft.continuity not in CONTINUITY:
        raise BadInput(_("“%s” says of no days.") % draft.continuity, _("Choose one."), "continuity")
    if draft.continuity == ON_THE_DAY and draft.until is not None:
        raise BadInput(
            _("A statement of one day has no last day."),
            _("Leave it empty, or say that it holds throughout a period."),
            "until",
        )
    if draft.until is not None and draft.until < draft.as_of:
        raise BadInput(_("The last day lies before the first."), _("Look at both days."), "until")
    if draft.tell_within is not None and not 0 <= draft.tell_within <= MOST_DAYS:
        raise BadInput(_("From 0 to %s days.") % MOST_DAYS, _("Or leave it empty."), "tell_within")
    demand_known(draft.rests_on)
    return {
        **{
            name: value.strip() if isinstance(value := getattr(draft, name), str) else value
            for name in Draft.__slots__
        },
        "rests_on": list(dict.fromkeys(draft.rests_on)),
    }
