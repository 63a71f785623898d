"""Pages of the decisions of a case: all of them, one, putting one down, taking one back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, NotFound
from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.queries import find_case, may_work
from duecare.incidents.decisions.actions import end_decision, put_down
from duecare.incidents.decisions.forms import DecisionForm, EndForm, NoticeDecisionForm
from duecare.incidents.decisions.queries import (
    fact_words,
    find_decision,
    reference,
    signatures,
    standings,
    value_words,
)
from duecare.incidents.notices.boards import case_board, countable_board
from duecare.incidents.notices.clocks import facts_of
from duecare.incidents.notices.pages import form_page, sent, worker
from duecare.incidents.timeline.queries import register_of
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.viewers import Request
from duecare.program import remarks
from duecare.program.approval_views import may_decide
from duecare.web.recorded import in_the_records_language

PAGE = "case-decisions"


@require_safe
def decisions(request: Request, key: str) -> HttpResponseBase:
    """All decisions of a case, newest first."""
    viewer = request.viewer
    case = find_case(key, viewer)
    context = {
        "decisions": standings([case], viewer, {case.pk: facts_of(case, viewer)})[case.pk],
        "working": asof.current() is None and may_work(case, viewer),
    }
    return render(request, "incidents/decisions.html", framed(case, request, PAGE, **context))


@require_safe
def decision(request: Request, key: str) -> HttpResponseBase:
    """One decision: what was known, what was chosen and why, and who signed it."""
    viewer = request.viewer
    row = find_decision(key, viewer)
    case = row.case
    board, register = countable_board(case, viewer, request.view_now), register_of(case)
    decided_here = standings([case], viewer, {case.pk: facts_of(case, viewer)})[case.pk]
    standing = next(one for one in decided_here if one.decision.pk == key)
    name = reference(key)
    live = asof.current() is None
    decided = signatures([key]).get(name, [])
    context = {
        "standing": standing,
        "row": row,
        "known": [
            (fact_words(one["fact"], register), value_words(one["value"]), one["rests"]) for one in row.known
        ],
        "changed": [
            (fact_words(one.fact, register), value_words(one.was), value_words(one.now))
            for one in standing.changed
        ],
        "told": board.clocks.of(standing.clock) if board and standing.clock else None,
        "law": register.obligations.get(row.obligation),
        "reference": name,
        "decisions": decided,
        "may_decide": live and not standing.ended and not decided and may_decide(viewer, name),
        "working": live and may_work(case, viewer),
        "entries": list(entries_about("incidents.casedecision", [key], viewer).order_by("-index")[:20]),
        **remarks.context(name, viewer),
    }
    return render(request, "incidents/decision.html", framed(case, request, PAGE, **context))


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: Request, key: str, clock: str = "") -> HttpResponseBase:
    """Put a decision down: about the notice of a clock, or about another matter."""
    viewer = request.viewer
    case = worker(request, key)
    back = reverse("case-clocks" if clock else PAGE, args=[key])
    form: Any
    text, told = "", None
    if clock:
        clocks = case_board(case, viewer, request.view_now).clocks
        told = clocks.of(clock)
        if told is None:
            raise NotFound(
                _("The law of this case has no clock “%s”.") % clock[:80],
                _("Begin from the clock on the page of the case."),
            )
        law = clocks.register.obligations[told.clock.obligation]
        form = NoticeDecisionForm(sent(request))
        text = _("To %(recipient)s, under %(law)s, %(citation)s.") % {
            "recipient": told.clock.recipient, "law": law.name, "citation": told.clock.citation,
        }  # fmt: skip
    else:
        form = DecisionForm(sent(request))
    if form.is_valid():
        try:
            if told is not None:
                with in_the_records_language():
                    question = _("Is the notice to %(recipient)s owed under %(law)s?") % {
                        "recipient": told.clock.recipient, "law": law.name,
                    }  # fmt: skip
                    draft = form.draft(clock, question[:300], (_("It is owed"), _("It is not owed")))
            else:
                draft = form.draft()
            made = put_down(viewer.actor, case.pk, draft, request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Put down. It counts once an owner or an approver has signed it."))
            return redirect("case-decision", made.pk)
    title = _("Is this notice owed?") if clock else _("Put down a decision")
    return form_page(request, case, form, title, _("Put it down"), back, PAGE, text=text)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, key: str) -> HttpResponseBase:
    """Take a decision back."""
    row = find_decision(key, request.viewer)
    case = worker(request, row.case_id)
    form = EndForm(sent(request))
    if form.is_valid():
        try:
            end_decision(request.viewer.actor, key, form.cleaned_data["reason"], request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Taken back; it stays in the record."))
            return redirect("case-decision", key)
    back = reverse("case-decision", args=[key])
    title = _("Take this decision back")
    return form_page(request, case, form, title, _("Take it back"), back, PAGE, text=row.question)
