"""The clocks of a case with its decisions and notices, and those of all open cases in few queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.incidents.cases.models import Case, CaseFact
from duecare.incidents.decisions.queries import by_clock, standings
from duecare.incidents.notices.clocks import Clocks, clocks_of, counted
from duecare.incidents.notices.models import Notice
from duecare.incidents.notices.showing import Board, Group, Shown, board_of
from duecare.incidents.timeline.models import TimelineEntry
from duecare.ledger.once import once
from duecare.ledger.viewers import Viewer

SLICE = 200
"""Cases that are read at once."""


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

    @property
    def waiting(self) -> Shown | None:
        """Of the clocks whose event has happened and whose law waits for such an answer, the one that would
        end first; the clocks of a group stand in that order."""
        return next((one for one in self.board[Group.UNKNOWN_LAW] if one.told.triggered), None)


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A case whose clocks cannot be counted: it stands among the others, and takes none of them with it."""

    case: Case
    error: DuecareError

    @property
    def words(self) -> str:
        return uncounted_words(self.error)


def uncounted_words(error: DuecareError) -> str:
    """What a board, or the head of a page, says of a case whose clocks cannot be counted."""
    return _("Its clocks cannot be counted: %s") % error


def case_board(case: Case, viewer: Viewer, now: datetime) -> CaseBoard:
    """The clocks of one case with its decisions and notices. The head of a page and the page itself ask for
    it once."""
    return once(f"clocks of {case.pk} {now.isoformat()}", lambda: _case_board(case, viewer, now))


def countable_board(case: Case, viewer: Viewer, now: datetime) -> CaseBoard | None:
    """The same; None where the clocks cannot be counted, which the head of every page of the case says."""
    try:
        return case_board(case, viewer, now)
    except DuecareError:
        return None


def _case_board(case: Case, viewer: Viewer, now: datetime) -> CaseBoard:
    clocks = clocks_of(case, viewer, now)
    decided = standings([case], viewer, {case.pk: clocks.incident.facts}, only_notices=True)[case.pk]
    notices = Notice.objects.all().visible_to(viewer).filter(case=case).order_by("-drafted_at", "-id")
    return CaseBoard(case, clocks, board_of(clocks, list(notices), by_clock(decided)))


def cases_of(viewer: Viewer, now: datetime) -> list[CaseBoard | Uncounted]:
    """All open cases that the viewer may see, with what their clocks tell; the most pressing first, and of
    those whose clocks cannot be counted before all others that are no exercises."""
    cases = list(
        Case.objects.all()
        .visible_to(viewer)
        .filter(closed_at=None, opened_at__lte=now)
        .order_by("-opened_at", "-id")
    )
    slices = (cases[start : start + SLICE] for start in range(0, len(cases), SLICE))
    return sorted((row for some in slices for row in _boards(some, viewer, now)), key=_urgency)


def _boards(cases: Sequence[Case], viewer: Viewer, now: datetime) -> Iterator[CaseBoard | Uncounted]:
    """Of some cases, in few queries whatever their number."""
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
    found: dict[str, Clocks] = {}
    for case in cases:
        try:
            found[case.pk] = counted(case, entries[case.pk], facts[case.pk], now)
        except DuecareError as error:
            yield Uncounted(case, error)
    known = {key: clocks.incident.facts for key, clocks in found.items()}
    left = [case for case in cases if case.pk in found]
    decided = standings(left, viewer, known, only_notices=True) if left else {}
    for case in left:
        board = board_of(found[case.pk], notices[case.pk], by_clock(decided[case.pk]))
        yield CaseBoard(case, found[case.pk], board)


def _urgency(row: CaseBoard | Uncounted) -> tuple[bool, datetime]:
    if isinstance(row, Uncounted):
        return row.case.exercise, datetime.min.replace(tzinfo=row.case.opened_at.tzinfo)
    first = next(iter(row.pressing), None)
    due = first.told.act_by if first else None
    return row.case.exercise, due or datetime.max.replace(tzinfo=row.case.opened_at.tzinfo)
