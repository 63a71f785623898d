"""What this room tells the others: the next limit in the head of a case, what keeps a case open, and what an
answer about the organisation would stop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.errors import DuecareError
from duecare.incidents.cases.closing import register_hindrance
from duecare.incidents.cases.frame import Note, register_noting
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.naming import called
from duecare.incidents.decisions.queries import READER, by_clock, standings
from duecare.incidents.notices.boards import case_board, uncounted_words
from duecare.incidents.notices.clock_actions import clocks_guard, clocks_within
from duecare.incidents.notices.clocks import clock_id, stopping, with_answers
from duecare.incidents.notices.showing import Board, Group, board_of
from duecare.incidents.timeline.guarding import register_guard
from duecare.law.terms import PROFILE
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Viewer
from duecare.program.profile_followers import Changes, register_demand


def _next_limit(case: Case, viewer: Viewer, now: Any) -> Iterator[Note]:
    """The next limit, and how many are over."""
    try:
        told = case_board(case, viewer, now)
    except DuecareError as error:
        yield Note(_("Clocks"), uncounted_words(error), "late", reverse("case-clocks", args=[case.pk]))
        return
    board = told.board
    late = len(board[Group.LATE])
    if late:
        words = ngettext("%s clock is over", "%s clocks are over", late) % late
        yield Note(_("Clocks"), words, "late", reverse("case-clocks", args=[case.pk]))
    following = board.next
    if following is not None:
        words = _("%(left)s: %(recipient)s") % {
            "left": following.left,
            "recipient": following.told.clock.recipient,
        }
        yield Note(_("Next limit"), words, "", reverse("case-clocks", args=[case.pk]))
    if told.waiting is not None:
        words = _("answer what is asked about the organisation")
        yield Note(_("Clocks"), words, "", reverse("case-clocks", args=[case.pk]) + "#questions")


def _hinders(case: Case, now: datetime) -> Iterator[str]:
    """Clocks that run, are late without a notice, or wait for a person after their event happened.

    What only waits for an event, or for an answer about the organisation, keeps no case open, and neither
    does a question about a notice for which nothing ever happened: else nobody could end a false alarm."""
    try:
        clocks = clocks_within(case, now)
    except DuecareError as error:
        yield uncounted_words(error)
        return
    decided = standings([case], READER, {case.pk: clocks.incident.facts}, only_notices=True)[case.pk]
    board: Board = board_of(clocks, decisions=by_clock(decided))
    for shown in board.pressing:
        if shown.group is Group.LATE and shown.told.submitted:
            continue
        if shown.group is Group.NEEDS and shown.told.triggered is None:
            continue
        yield _(
            "The clock to %(recipient)s (%(id)s) is open: hand in its notice, or sign that it is not owed."
        ) % {"recipient": shown.told.clock.recipient, "id": shown.id}


def _stopped(changes: Changes) -> list[str]:
    """The clocks of open incidents that answers about the organisation would stop, each with its incident."""
    answers = {f"{PROFILE}{fact}": value for fact, value in changes.items()}
    found = []
    for case in Case.objects.filter(closed_at=None, exercise=False).order_by("number"):
        try:
            clocks = clocks_within(case, utc_now())
        except DuecareError:  # the head of its pages says so; nobody can count what would stop there
            continue
        for told in stopping(clocks.told, with_answers(clocks, answers)):
            words = {
                "recipient": told.clock.recipient,
                "id": clock_id(told),
                "case": called(case.number, case.exercise),
            }
            found.append(_("%(case)s: the clock to %(recipient)s (%(id)s)") % words)
    return found


register_noting(_next_limit)
register_hindrance(_hinders, rehearsed=False)
register_guard(clocks_guard)
register_demand(_stopped)
