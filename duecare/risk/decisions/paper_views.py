"""The paper that an executive signs, and what they do with it: sign, send back, ask, dissent, delegate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program.approval_queries import passkeys_of
from duecare.program.papers.patience import demand_patience
from duecare.program.statement_queries import names_of
from duecare.program.task_queries import today_at
from duecare.risk.decisions import saying
from duecare.risk.decisions.figures import (
    chosen_label,
    lacking_words,
    measure_names,
    option_lines,
    signers_line,
    signing_words,
)
from duecare.risk.decisions.forms import DelegateForm, WordsForm
from duecare.risk.decisions.models import DecisionWord, RiskDecision
from duecare.risk.decisions.paper import paper_facts, pdf_of, word_words
from duecare.risk.decisions.queries import (
    KINDS,
    Condition,
    Said,
    addressee_of,
    asked_by,
    by_words,
    condition_of,
    demand_worker,
    find_decision,
    others_who_may_sign,
    reference,
    said_of,
    signatures,
    signed_from_outside,
)
from duecare.risk.decisions.reasons import answers_of, apart_words, note_of
from duecare.risk.form_pages import form_page, refuse
from duecare.risk.rooms import ROOM


@require_safe
def paper(request: Request, key: str) -> HttpResponseBase:
    """The paper: one page, phone first."""
    viewer = demand_area(request, ROOM)
    row = _put(find_decision(key, viewer))
    stands = condition_of(row, timezone.localdate(request.view_now))
    signed = signatures([row], viewer).get(row.pk)
    live = asof.current() is None
    able = saying.may_sign(row, viewer)
    others = [name for _key, name in others_who_may_sign(row, viewer.actor, today_at(request.now))]
    asked = viewer.actor in asked_by(row)
    addressee = addressee_of(row, viewer)
    context = {
        "decision": row,
        "kind": KINDS[row.kind],
        "state": stands.value,
        "expired": stands is Condition.EXPIRED,
        "label": chosen_label(row),
        "facts": paper_facts(row),
        "options": option_lines(row, measure_names(row)),
        "signing": signing_words(row),
        "missing": lacking_words(row),
        "tests": answers_of(row, viewer),
        "tests_note": note_of(row, viewer),
        "tests_apart": apart_words(),
        "signed": signed,
        "signed_words": by_words(signed) if signed else "",
        "drawn_by": names_of([row.drawn_by], viewer)[row.drawn_by],
        "addressee": addressee,
        "words": [(one, word_words(one.row.kind, one.to)) for one in said_of(row, viewer)],
        "reference": reference(row.pk),
        "may_sign": able,
        "alone": able and asked and not others,
        "own": able and asked and bool(others),
        "signers": signers_line(row),
        "outside": signed_from_outside(row, signed),
        "outside_waits": row.outside and row.put_before is not None and addressee == row.put_before.name,
        "others": others,
        "passkey": bool(passkeys_of(viewer.person)) if able else False,
        "may_speak": live and viewer.changes and row.state != Condition.WITHDRAWN.value,
    }
    return render(request, "risk/decisions/paper.html", context)


@require_POST
def paper_pdf(request: Request, key: str) -> HttpResponseBase:
    """The paper as PDF, under a checkpoint that is signed for it."""
    viewer = demand_area(request, ROOM)
    row = _put(find_decision(key, viewer))
    demand_patience(viewer, "decision")
    response = HttpResponse(pdf_of(row, viewer, request.now), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="decision-D-{row.number}.pdf"'
    return response


Says = Callable[[Viewer, str, str, datetime], DecisionWord]


@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: Request, key: str) -> HttpResponseBase:
    """Send it back to whoever drew it up."""
    viewer = demand_worker(request)
    row = _put(find_decision(key, viewer))
    text = _("It becomes a draft again. Say what would have to be otherwise.")
    if not saying.may_sign(row, viewer):
        text = _("Only who may sign this decision sends it back: ask a question, or dissent.")
    return _say(request, row, viewer, saying.send_back, _("Send it back"), text, _("Sent back."))


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request, key: str) -> HttpResponseBase:
    """Ask whoever drew it up."""
    viewer = demand_worker(request)
    row = _put(find_decision(key, viewer))
    text = _("Whoever drew it up is told. Question and answer stay with the decision.")
    return _say(request, row, viewer, saying.ask, _("Ask a question"), text, _("Asked."))


@require_http_methods(["GET", "HEAD", "POST"])
def dissent(request: Request, key: str) -> HttpResponseBase:
    """Be of another mind, on record."""
    viewer = demand_worker(request)
    row = _put(find_decision(key, viewer))
    text = _("It stops nothing. It shows on the paper, to whoever signs and to whoever reads it later.")
    return _say(request, row, viewer, saying.dissent, _("Dissent"), text, _("Your dissent is on record."))


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, key: str, word: str) -> HttpResponseBase:
    """Answer a question."""
    viewer = demand_worker(request)
    row = find_decision(key, viewer)
    asked = (
        DecisionWord.objects.all()
        .visible_to(viewer)
        .filter(pk=word, decision=row, kind=Said.ASK.value)
        .first()
    )
    if asked is None:
        raise NotFound(_("There is no such question."), _("Look at the paper of the decision."))

    def say(viewer: Viewer, key: str, words: str, now: datetime) -> DecisionWord:
        return saying.answer(viewer, key, word, words, now)

    return _say(request, row, viewer, say, _("Answer"), asked.words, _("Answered."))


@require_http_methods(["GET", "HEAD", "POST"])
def delegate(request: Request, key: str) -> HttpResponseBase:
    """Let another person sign who may sign this amount."""
    viewer = demand_worker(request)
    row = _put(find_decision(key, viewer))
    people = others_who_may_sign(row, viewer.actor, today_at(request.now))
    form = DelegateForm(request.POST if request.method == "POST" else None, people=people)
    back = reverse("risk-paper", args=[key])
    if form.is_valid():
        values = form.cleaned_data
        try:
            saying.delegate(viewer, key, values["to"], values["words"], request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Handed on."))
            return redirect(back)
    text = _("Only those stand here who may sign this amount.")
    if not saying.may_sign(row, viewer):
        text = _("Only who may sign this decision hands it on.")
    elif not people:
        text = _("Nobody else may sign this amount: an owner can give somebody the right.")
    return form_page(request, form, _("Let another sign"), text, _("Hand it on"), back)


def _say(
    request: Request, row: RiskDecision, viewer: Viewer, says: Says, title: str, text: str, done: str
) -> HttpResponseBase:
    form: Any = WordsForm(request.POST if request.method == "POST" else None)
    # One that was sent back and changed since has no paper until it is put again.
    back = reverse("risk-paper" if row.put_at else "risk-decision", args=[row.pk])
    if form.is_valid():
        try:
            says(viewer, row.pk, form.cleaned_data["words"], request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, done)
            return redirect(back)
    return form_page(request, form, title, text, title, back)


def _put(row: RiskDecision) -> RiskDecision:
    if row.put_at is None:
        raise Refused(
            _("This decision is a draft: nobody has put it before an approver."),
            _("Put it on its page once it is whole."),
        )
    return row
