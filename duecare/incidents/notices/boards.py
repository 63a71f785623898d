"""The clocks of a case with its decisions and notices, and those of all open cases in few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duecare.incidents.cases.models import Case, CaseFact
from duecare.incidents.decisions.queries import by_clock, standings
from duecare.incidents.notices.clocks import Clocks, clocks_of, counted
from duecare.incidents.notices.models import Notice
from duecare.incidents.notices.showing import Board, Group, Shown, board_of
from duecare.incidents.timeline.models import TimelineEntry
from duecare.ledger.once import once
from duecare.ledger.viewers import Viewer

MOST = 50
"""Cases of a board: more are not read by anybody."""


@dataclass(frozen=True, slots=True)
class CaseBoard:
    """The clocks of one case."""

    case: Case
    clocks: Clocks
    board: Board

    @property
    def pressing(self) -> list[Shown]:
        return self.board.pressing

    @property
    def unknown(self) -> int:
        """How many laws wait for an answer about the organisation."""
        return len({one.law.id for one in self.board[Group.UNKNOWN_LAW]})


def case_board(case: Case, viewer: Viewer, now: datetime) -> CaseBoard:
    """The clocks of one case with its decisions and notices. The head of a page and the page itself ask for
    it once."""
    return once(f"clocks of {case.pk} {now.isoformat()}", lambda: _case_board(case, viewer, now))


def _case_board(case: Case, viewer: Viewer, now: datetime) -> CaseBoard:
    clocks = clocks_of(case, viewer, now)
    decided = standings([case], viewer, {case.pk: clocks.incident.facts}, only_notices=True)[case.pk]
    notices = Notice.objects.all().visible_to(viewer).filter(case=case).order_by("-drafted_at", "-id")
    return CaseBoard(case, clocks, board_of(clocks, list(notices), by_clock(decided)))


def cases_of(viewer: Viewer, now: datetime) -> list[CaseBoard]:
    """The open cases that the viewer may see, with what their clocks tell; the most pressing first."""
    cases = list(
        Case.objects.all()
        .visible_to(viewer)
        .filter(closed_at=None, opened_at__lte=now)
        .order_by("-opened_at", "-id")[:MOST]
    )
    if not cases:
        return []
    keys = [case.pk for case in cases]
    entries: dict[str, list[TimelineEntry]] = {key: [] for key in keys}
    rows = TimelineEntry.objects.all().visible_to(viewer).filter(case__in=keys, struck_at=None)
    for entry in rows.exclude(trigger="").order_by("happened_at", "id"):
        entries[entry.case_id].append(entry)
    facts: dict[str, dict[str, CaseFact]] = {key: {} for key in keys}
    for fact in CaseFact.objects.all().visible_to(viewer).filter(case__in=keys):
        facts[fact.case_id][fact.fact] = fact
    notices: dict[str, list[Notice]] = {key: [] for key in keys}
    for notice in Notice.objects.all().visible_to(viewer).filter(case__in=keys).order_by("-drafted_at"):
        notices[notice.case_id].append(notice)
    found = {case.pk: counted(case, entries[case.pk], facts[case.pk], now) for case in cases}
    known = {key: clocks.incident.facts for key, clocks in found.items()}
    decided = standings(cases, viewer, known, only_notices=True)
    boards = [
        CaseBoard(
            case, found[case.pk], board_of(found[case.pk], notices[case.pk], by_clock(decided[case.pk]))
        )
        for case in cases
    ]
    return sorted(boards, key=_urgency)


def _urgency(row: CaseBoard) -> tuple[bool, datetime]:
    first = next(iter(row.pressing), None)
    due = first.told.act_by if first else None
    return row.case.exercise, due or datetime.max.replace(tzinfo=row.case.opened_at.tzinfo)
