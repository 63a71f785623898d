"""Clocks and notices for programs: what the clocks of a case tell, answering, saying what happened, notices
from the draft to the proof. Decisions are read; people sign them on pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import Refused
from duecare.incidents.cases.models import CaseFact
from duecare.incidents.cases.queries import find_case
from duecare.incidents.notices import clock_actions, notice_actions
from duecare.incidents.notices.boards import case_board
from duecare.incidents.notices.models import Notice
from duecare.incidents.notices.pages import worker
from duecare.incidents.notices.queries import find_notice, notices_of, state_of
from duecare.incidents.notices.question_views import may_answer_about_us
from duecare.incidents.notices.showing import Board, Shown
from duecare.law.incident_files import answer as clock_json
from duecare.law.moments import moment
from duecare.law.terms import PROFILE
from duecare.ledger.viewers import Request, Scope
from duecare.program.unchanged import seen_entry
from duecare.web.api import endpoint
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reason, Words

router = Router(tags=["Incidents: clocks and notices"])


class AskAnswer(Answer):
    """A question on which a clock turns."""

    about: str
    id: str
    question: str


class CaseClockAnswer(Answer):
    """What a clock tells, as `duecare law clocks --json` prints it, and where it stands in the case."""

    id: str
    group: str
    """`late`, `running`, `needs a person`, `waits for an event`, `decided not owed`, `met`, `unknown` (it is
    not known whether its law applies) or `not owed`."""
    obligation: str
    clock: str
    recipient: str
    state: str
    strict_due: str | None
    legal_latest: str | None
    may_submit_by: str | None
    with_extension: str | None
    would_be_due: str | None
    target_due: str | None
    act_by: Moment | None
    """By when to act, whatever an open question turns out to be."""
    trigger: str
    triggered_at: str | None
    submitted_at: str | None
    why: str
    asks: list[AskAnswer]
    citation: str
    confidence: str


class ClocksAnswer(Answer):
    """The clocks of a case."""

    law_version: str
    """Of the law by which they are counted; empty while the clocks have not begun."""
    clocks: list[CaseClockAnswer]


class FactAnswer(Answer):
    """The answer to one question."""

    fact: str
    value: bool | int | str | None
    words: str
    said_by: str
    said_at: Moment
    seen: int
    """Index of its newest entry: send it back to change the answer."""


class FactsAnswer(Answer):
    """The answers of a case."""

    facts: list[FactAnswer]


class AnswerFact(Body):
    """An answer; null says that it is not known."""

    value: bool | int | Line | None
    words: Words = ""
    seen: int = -1
    """The `seen` of the answer that is changed; -1 for a question that nobody answered yet."""
    confirmed: list[Line] = []
    """Ids of clocks that run and would stop by it: without them such an answer is refused, naming them."""


class Happened(Body):
    """When an event of the law happened: a local time of `zone`, one with its offset, or a day."""

    event: Line
    at: Line
    zone: Line = ""
    """The case's own without one."""
    obligation: Line = ""
    words: Words = ""


class NoticeAnswer(Answer):
    """One notice."""

    id: str
    obligation: str
    clock: str
    part: int
    recipient: str
    subject: str
    words: str
    state: str
    drafted_at: Moment
    drafted_by: str
    reviewed_at: Moment | None
    reviewed_by: str
    reviewed_alone: bool
    how: str
    address: str
    submitted_at: Moment | None
    submitted_by: str
    reference: str
    proof_words: str
    dropped_at: Moment | None
    dropped_because: str
    seen: int


class NoticesAnswer(Answer):
    """The notices of a case, newest first."""

    notices: list[NoticeAnswer]


class DraftNotice(Body):
    """A notice for a clock, by its id."""

    clock: Line
    recipient: Line
    subject: Line
    words: Words


class HandIn(Body):
    """That a notice was handed in outside, and when."""

    at: Line
    zone: Line = ""
    address: Line = ""
    reference: Line = ""
    proof_words: Words = ""
    seen: int | None = None
    """The `seen` of the notice as it was read: refused if it was changed since."""


class Complete(Body):
    """What the recipient calls a notice that was handed in, and what shows it, in place of what was said."""

    reference: Line = ""
    proof_words: Words = ""
    seen: int
    """The `seen` of the notice as it was read."""


# ── Clocks ───────────────────────────────────────────────────────────────────────────────────────────────


@endpoint(router, "GET", "/incidents/cases/{key}/clocks", Scope.READ, ClocksAnswer)
def case_clocks(request: Request, key: Key) -> Any:
    """What every clock of a case tells, the most pressing first."""
    case = find_case(key, request.viewer)
    board = case_board(case, request.viewer, request.view_now).board
    return {"law_version": case.law_version, "clocks": told(board)}


def told(board: Board) -> list[dict[str, Any]]:
    """The clocks as JSON, in the order of the groups."""
    return [_clock(shown) for shown in board.all]


def _clock(shown: Shown) -> dict[str, Any]:
    return {
        "id": shown.id, "group": shown.group.value, "act_by": shown.told.act_by, **clock_json(shown.told),
    }  # fmt: skip


@endpoint(router, "GET", "/incidents/cases/{key}/facts", Scope.READ, FactsAnswer)
def case_facts(request: Request, key: Key) -> Any:
    """The answers that were given in a case."""
    case = find_case(key, request.viewer)
    rows = CaseFact.objects.all().visible_to(request.viewer).filter(case=case).order_by("fact")
    return {"facts": [_fact(row) for row in rows]}


def _fact(row: CaseFact) -> dict[str, Any]:
    names = ("fact", "value", "words", "said_by", "said_at")
    return {**{name: getattr(row, name) for name in names}, "seen": seen_entry(row)}


@endpoint(router, "PUT", "/incidents/cases/{key}/facts/{fact}", Scope.INCIDENTS, FactAnswer)
def answer_case_fact(request: Request, key: Key, fact: Key, body: AnswerFact) -> Any:
    """Answer a question about the incident; what would stop a clock that runs has to name it."""
    case = worker(request, key)
    if fact.startswith(PROFILE):
        may = _("The profile is changed by the settings.") if may_answer_about_us(request.viewer) else ""
        raise Refused(_("This is a question about the organisation."), may or _("Ask an owner or a manager."))
    row = clock_actions.answer_fact(
        request.viewer.actor,
        case.pk,
        fact,
        body.value,
        body.words,
        request.now,
        seen=body.seen,
        confirmed=body.confirmed,
    )
    return _fact(row)


@endpoint(router, "POST", "/incidents/cases/{key}/events", Scope.INCIDENTS, ClocksAnswer, status=201)
def record_case_event(request: Request, key: Key, body: Happened) -> Any:
    """Record when an event of the law happened; what the clocks tell then."""
    case = worker(request, key)
    at = moment(body.at, body.zone or case.zone, "at")
    clock_actions.record_event(
        request.viewer.actor,
        case.pk,
        body.event,
        at,
        request.now,
        obligation=body.obligation,
        words=body.words,
    )
    found = find_case(key, request.viewer)
    board = case_board(found, request.viewer, request.now).board
    return {"law_version": found.law_version, "clocks": told(board)}


# ── Notices ──────────────────────────────────────────────────────────────────────────────────────────────


def _notice(row: Notice) -> dict[str, Any]:
    names = set(NoticeAnswer.model_fields) - {"state", "seen"}
    return {
        **{name: getattr(row, name) for name in names}, "state": state_of(row), "seen": seen_entry(row),
    }  # fmt: skip


@endpoint(router, "GET", "/incidents/cases/{key}/notices", Scope.READ, NoticesAnswer)
def case_notices(request: Request, key: Key) -> Any:
    """The notices of a case."""
    case = find_case(key, request.viewer)
    return {"notices": [_notice(row) for row in notices_of(case, request.viewer)]}


@endpoint(router, "POST", "/incidents/cases/{key}/notices", Scope.INCIDENTS, NoticeAnswer, status=201)
def draft_case_notice(request: Request, key: Key, body: DraftNotice) -> Any:
    """Draft a notice for a clock."""
    case = worker(request, key)
    made = notice_actions.draft_notice(
        request.viewer.actor, case.pk, body.clock, body.recipient, body.subject, body.words, request.now
    )
    return _notice(made)


@endpoint(router, "GET", "/incidents/notices/{key}", Scope.READ, NoticeAnswer)
def one_notice(request: Request, key: Key) -> Any:
    """One notice."""
    return _notice(find_notice(key, request.viewer))


@endpoint(router, "POST", "/incidents/notices/{key}/hand-in", Scope.INCIDENTS, NoticeAnswer)
def hand_in_notice(request: Request, key: Key, body: HandIn) -> Any:
    """Record that a notice was handed in outside."""
    found = find_notice(key, request.viewer)
    case = worker(request, found.case_id)
    at = moment(body.at, body.zone or case.zone, "at")
    row = notice_actions.hand_in(
        request.viewer.actor,
        key,
        at,
        request.now,
        seen=body.seen,
        address=body.address,
        reference=body.reference,
        proof_words=body.proof_words,
    )
    return _notice(row)


@endpoint(router, "PUT", "/incidents/notices/{key}/proof", Scope.INCIDENTS, NoticeAnswer)
def complete_case_notice(request: Request, key: Key, body: Complete) -> Any:
    """Say their reference, and what shows that it went in, after it was handed in."""
    found = find_notice(key, request.viewer)
    worker(request, found.case_id)
    row = notice_actions.complete_notice(
        request.viewer.actor, key, body.reference, body.proof_words, body.seen, request.now
    )
    return _notice(row)


@endpoint(router, "POST", "/incidents/notices/{key}/drop", Scope.INCIDENTS, NoticeAnswer)
def drop_case_notice(request: Request, key: Key, body: Reason) -> Any:
    """Drop a draft."""
    found = find_notice(key, request.viewer)
    worker(request, found.case_id)
    return _notice(notice_actions.drop_notice(request.viewer.actor, key, body.reason, request.now))
