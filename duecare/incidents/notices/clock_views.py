"""Pages of clocks: those of a case, answering a question in place, saying when something happened, the
board."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound
from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import find_case, may_work
from duecare.incidents.decisions.queries import fact_words, value_words
from duecare.incidents.notices import clock_actions
from duecare.incidents.notices.boards import case_board, cases_of, uncounted_words
from duecare.incidents.notices.clock_forms import (
    TakeOverForm,
)
from duecare.incidents.notices.clocks import Clocks, clocks_of, differing, with_law
from duecare.incidents.notices.law_of_case import newer_law
from duecare.incidents.notices.pages import again, form_page, sent, worker
from duecare.incidents.notices.question_views import asked_of
from duecare.incidents.notices.showing import (
    Board,
    Group,
    Shown,
    moment_words,
    questions_of,
    state_words,
)
from duecare.law.clocks import State
from duecare.law.frozen import Frozen
from duecare.law.moments import Moment
from duecare.law.saying import event_words
from duecare.law.told import Told
from duecare.ledger import asof
from duecare.ledger.viewers import Request
from duecare.program.unchanged import seen_entry

MOST = 50
"""Cases of a board: more are not read by anybody."""


@require_safe
def clocks(request: Request, key: str) -> HttpResponseBase:
    """All clocks of a case, the most pressing first, with the questions on which they turn."""
    viewer = request.viewer
    case = find_case(key, viewer)
    live = asof.current() is None
    newer = newer_law(case) if live else None
    working = live and may_work(case, viewer)
    try:
        told = case_board(case, viewer, request.view_now)
    except DuecareError as error:
        uncounted = {"error": error, "newer": newer, "working": working}
        return render(
            request, "incidents/clocks_uncounted.html", framed(case, request, "case-clocks", **uncounted)
        )
    found, board = told.clocks, told.board
    context = {
        "board": board,
        "sections": _sections(board),
        "folded": _folded(board),
        "unknown_laws": _laws(board),
        "asked": asked_of(questions_of(board), found, viewer, working),
        "answered": _answered(found),
        "events": [_event(entry, found) for entry in found.events],
        "strange": found.strange,
        "law": found.law,
        "newer": newer,
        "differing": len(differing(found.told, with_law(found, newer))) if newer else 0,
        "disclaimer": found.register.disclaimer,
        "working": working,
    }
    return render(request, "incidents/clocks.html", framed(case, request, "case-clocks", **context))


SECTIONS = (Group.LATE, Group.RUNNING, Group.NEEDS, Group.WAITING, Group.DECIDED)


def _sections(board: Board) -> list[dict[str, Any]]:
    titles = {
        Group.LATE: _("Late"),
        Group.RUNNING: _("Running"),
        Group.NEEDS: _("Need a person’s answer"),
        Group.WAITING: _("Wait for an event"),
        Group.DECIDED: _("Decided: not to be reported"),
    }
    return [
        {"id": group.name.lower(), "title": titles[group], "clocks": board[group]}
        for group in SECTIONS
        if board[group]
    ]


def _folded(board: Board) -> list[dict[str, Any]]:
    """The rest, a line each."""
    rows = (
        ("met", _("Met"), list(board[Group.MET])),
        (
            "not-triggered",
            _("Not owed, by what was answered"),
            [one for one in board[Group.NOT_OWED] if one.told.state is State.NOT_TRIGGERED],
        ),
        (
            "not-binding",
            _("Not binding yet"),
            [one for one in board[Group.NOT_OWED] if one.told.state is State.NOT_BINDING],
        ),
        (
            "not-applicable",
            _("Of laws that do not apply here"),
            [one for one in board[Group.NOT_OWED] if one.told.state is State.NOT_APPLICABLE],
        ),
    )
    return [{"id": id, "title": title, "clocks": all} for id, title, all in rows if all]


def _laws(board: Board) -> dict[str, list[Shown]]:
    """Clocks of laws of which it is not known whether they apply, by the name of the law."""
    found: dict[str, list[Shown]] = {}
    for shown in board[Group.UNKNOWN_LAW]:
        found.setdefault(str(shown.law.name), []).append(shown)
    return found


def _event(entry: Any, found: Clocks) -> dict[str, Any]:
    law = found.register.obligations.get(entry.obligation)
    moment = Moment(entry.happened_at, entry.zone, entry.whole_day)
    return {
        "what": event_words(entry.trigger, found.register),
        "when": moment_words(moment, found.case.zone),
        "law": law.name if law else "",
        "words": entry.words,
        "key": entry.pk,
    }


def _answered(found: Clocks) -> list[dict[str, Any]]:
    """The answers of the case, to be looked at and changed."""
    rows = sorted(found.facts.values(), key=lambda row: (row.said_at, row.pk))
    return [
        {
            "fact": row.fact,
            "asked": fact_words(row.fact, found.register),
            "value": value_words(row.value),
            "words": row.words,
            "at": row.said_at,
        }
        for row in rows
    ]


@require_POST
def begin(request: Request, key: str) -> HttpResponseBase:
    """Freeze the law of the case."""
    case = worker(request, key)
    clock_actions.begin_clocks(request.viewer.actor, case.pk, request.now)
    messages.success(request, _("The clocks have begun: this case keeps the law of today."))
    return redirect("case-clocks", case.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: Request, key: str) -> HttpResponseBase:
    """Let newer law count for the case, having read what it changes."""
    case = worker(request, key)
    newer = newer_law(case)
    if newer is None:
        messages.info(request, _("The law of this case is that of today: there is nothing to take over."))
        return redirect("case-clocks", case.pk)
    form = TakeOverForm(sent(request), initial={"seen": seen_entry(case)})
    if form.is_valid():
        values = form.cleaned_data
        try:
            clock_actions.take_over_law(
                request.viewer.actor, case.pk, values["reason"], values["seen"], request.now
            )
        except DuecareError as error:
            form.add_error(None, str(error))
            again(form, error, case)
        else:
            messages.success(request, _("From here on the case counts by the law of today."))
            return redirect("case-clocks", case.pk)
    return form_page(
        request,
        case,
        form,
        _("Take over newer law"),
        _("Take it over"),
        reverse("case-clocks", args=[key]),
        "case-clocks",
        **_changes(case, newer, request),
    )


def _changes(case: Case, newer: Frozen, request: Request) -> dict[str, Any]:
    """What newer law would change; where the clocks cannot be counted by the old one, why."""
    try:
        found = clocks_of(case, request.viewer, request.view_now)
        after = with_law(found, newer)
    except DuecareError as error:
        return {"text": uncounted_words(error)}
    changes = [
        {
            "clock": (was or will).clock,  # type: ignore[union-attr]  # one of the two is there
            "before": _stands(was),
            "after": _stands(will),
        }
        for was, will in differing(found.told, after)
    ]
    return {"changes": changes, "versions": (found.register, newer.register)}


def _stands(told: Told | None) -> str:
    if told is None:
        return _("none")
    limit = told.strict_due or told.would_be_due
    words = state_words(told)
    return f"{words}, {limit.written()}" if limit else words


# ── The board ────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def board(request: Request) -> HttpResponseBase:
    """The clocks of all open cases that run or wait for a person, to be read from across a room."""
    viewer = request.viewer
    rows = cases_of(viewer, request.view_now)
    if not rows and not (viewer.reads and viewer.covers(Case.room)):
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at your duties."))
    shown = rows[:MOST]
    context = {
        "real": [row for row in shown if not row.case.exercise],
        "exercises": [row for row in shown if row.case.exercise],
        "left_out": len(rows) - len(shown),
        "live": asof.current() is None,
    }
    return render(request, "incidents/board.html", context)
