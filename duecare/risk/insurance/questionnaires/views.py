"""Pages of questionnaires: all of them, one of them, filling, answering, reading through, taking away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import BadInput, DuecareError, Refused
from duecare.ledger import asof
from duecare.ledger.viewers import Request
from duecare.program import remarks
from duecare.program.approval_queries import decisions_about
from duecare.program.approval_views import may_decide
from duecare.program.imports.isolated import read_isolated
from duecare.program.imports.tables import MOST_BYTES, Table
from duecare.program.papers.patience import demand_patience
from duecare.program.papers.setting import set_now
from duecare.program.statement_queries import names_of
from duecare.program.unchanged import seen_entry
from duecare.risk.form_pages import form_page, refuse, sent
from duecare.risk.insurance.doors import keeper, reader
from duecare.risk.insurance.evidence import SHOWN, too_old
from duecare.risk.insurance.pages import history
from duecare.risk.insurance.policies.forms import ReasonForm
from duecare.risk.insurance.questionnaires import actions, papers
from duecare.risk.insurance.questionnaires.asked import ANSWERS, Asked, of_table
from duecare.risk.insurance.questionnaires.forms import (
    AnswerForm,
    AskForm,
    BeginForm,
    BringForm,
    RestAgainForm,
)
from duecare.risk.insurance.questionnaires.models import Questionnaire
from duecare.risk.insurance.questionnaires.queries import (
    ASKED,
    QUESTIONNAIRE,
    as_seen,
    asked_for,
    asks,
    find_question,
    find_questionnaire,
    listing,
    reference,
    state_of,
)
from duecare.web.uploads import demand_size, keep_in_memory
from duecare.web.views import show


@require_safe
def questionnaires(request: Request) -> HttpResponseBase:
    """All questionnaires, the newest first."""
    viewer = reader(request)
    may = viewer.changes and asof.current() is None
    return show(
        request,
        listing(reverse("questionnaire-new") if may else ""),
        Questionnaire.objects.all().visible_to(viewer),
        template="risk/insurance/questionnaires.html",
        context={"may_change": may},
    )


@require_safe
def questionnaire(request: Request, key: str) -> HttpResponseBase:
    """One questionnaire with all its questions, answers, and what evidence says."""
    viewer = reader(request)
    row = find_questionnaire(key, viewer)
    name, state, live = reference(key), state_of(row), asof.current() is None
    rows = asked_for(row, viewer)
    aged = too_old(row.filled_at, request.view_now) if row.filled_at and row.signed_at is None else ""
    names = names_of({row.reviewed_by, row.ended_by} - {""}, viewer)
    context: dict[str, Any] = {
        "row": row,
        "state": state,
        "questions": [_told(place, one) for place, one in enumerate(rows, start=1)],
        "unanswered": sum(not one.answer for one in rows),
        "differing": sum(one.differs for one in rows),
        "aged": aged,
        "unasked": sum(not one.evidence for one in rows),
        "seen": seen_entry(row) if live else 0,
        "reviewed_by": names.get(row.reviewed_by, row.reviewed_by),
        "ended_by": names.get(row.ended_by, row.ended_by),
        "may_change": viewer.changes and live and row.ended_at is None and row.signed_at is None,
        "may_end": viewer.changes and live and row.ended_at is None,
        "reference": name,
        "decisions": decisions_about([name], viewer).get(name, []),
        "may_decide": state == ASKED and not aged and may_decide(viewer, name),
        "may_take": live,
        "entries": history(QUESTIONNAIRE, key, viewer),
        **remarks.context(name, viewer),
    }
    return render(request, "risk/insurance/questionnaire.html", context)


def _told(place: int, one: Asked) -> dict[str, Any]:
    return {
        "place": place,
        "row": one,
        "topic": _(one.topic) if one.topic else "",
        "asks": asks(one),
        "answer": ANSWERS.get(one.answer, ""),
        "evidence": ANSWERS.get(one.evidence, ""),
        "look": SHOWN.get(one.evidence, "unknown"),
        "unnamed": max(one.unmet - len(one.named), 0),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponseBase:
    """Begin a questionnaire."""
    viewer = keeper(request)
    form = BeginForm(sent(request), initial={"as_of": timezone.localdate(request.now)})
    if form.is_valid():
        try:
            made = actions.begin(viewer, form.draft(), request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Begun. Next: fill it from evidence."))
            return redirect("questionnaire", made.pk)
    text = _(
        "Filled from evidence, read through by you, signed by who answers for it, and kept as it was signed."
    )
    return form_page(
        request, form, _("Begin a questionnaire"), text, _("Begin it"), reverse("questionnaires")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request, key: str) -> HttpResponseBase:
    """Add one question in the insurer's own words."""
    viewer = keeper(request)
    row = _open(find_questionnaire(key, viewer))
    form = AskForm(sent(request))
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.add_questions(
                viewer, key, [values["asks"]], request.now, rests_on=values["rests_on"], lacks=values["lacks"]
            )
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The question was added."))
            return redirect("questionnaire", key)
    return form_page(request, form, _("Add a question"), row.title, _("Add it"), _back(key))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: Request, key: str) -> HttpResponseBase:
    """Bring the questions of an insurer's form as a file."""
    keeper(request)
    demand_size(request, MOST_BYTES, _("Cut it into several files."))
    keep_in_memory(request)
    return _bring(request, key)


@csrf_protect
def _bring(request: Request, key: str) -> HttpResponseBase:
    viewer = request.viewer
    row = _open(find_questionnaire(key, viewer))
    form = BringForm(sent(request), request.FILES or None)
    if form.is_valid():
        try:
            table = read_isolated(form.cleaned_data["file"].read())
            if not isinstance(table, Table):
                raise BadInput(_("The workbook has several sheets."), _("Save the one as CSV."), "file")
            found = list(of_table(table))
            actions.add_questions(viewer, key, found, request.now)
            for note in table.notes:
                messages.info(request, note)
        except DuecareError as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("The questions were added. Say of each what of ours shows it."))
            return redirect("questionnaire", key)
    return form_page(
        request, form, _("Bring questions"), row.title, _("Take them in"), _back(key), upload=True
    )


@require_POST
def fill(request: Request, key: str) -> HttpResponseBase:
    """Put what evidence says now to every question."""
    viewer = keeper(request)
    actions.fill(viewer, find_questionnaire(key, viewer).pk, request.now)
    messages.success(request, _("Filled from evidence of this moment. Now read every answer."))
    return redirect("questionnaire", key)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, key: str, question: str) -> HttpResponseBase:
    """Answer one question; or take it out."""
    viewer = keeper(request)
    row = _open(find_questionnaire(key, viewer))
    one = find_question(row, question)
    if request.method == "POST" and "drop" in request.POST:
        actions.drop_question(viewer, key, question, request.now)
        messages.success(request, _("The question was taken out."))
        return redirect("questionnaire", key)
    seen, resting = seen_entry(row), "rest" in request.POST
    initial = {"answer": one.answer, "words": one.words, "seen": seen}
    form = AnswerForm(None if resting else sent(request), initial=initial)
    rest = None
    if not one.shipped:
        shown = {"rests_on": list(one.rests_on), "lacks": one.lacks, "seen": seen}
        rest = RestAgainForm(sent(request) if resting else None, initial=shown, prefix="rest")
        if _rested(rest, request, key, question):
            return redirect("questionnaire", key)
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.answer_question(
                viewer, key, question, values["answer"], values["words"], request.now, seen=values["seen"]
            )
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The answer was kept."))
            return redirect("questionnaire", key)
    context = {
        "form": form,
        "rest": rest,
        "row": row,
        "one": _told(0, as_seen(one, viewer)),
        "back": _back(key),
    }
    wrong = form.errors or (rest is not None and rest.errors)
    return render(request, "risk/insurance/question.html", context, status=400 if wrong else 200)


def _rested(form: RestAgainForm, request: Request, key: str, question: str) -> bool:
    """Whether it was said what of ours shows the question."""
    if not form.is_valid():
        return False
    values = form.cleaned_data
    try:
        actions.rest_question(
            request.viewer,
            key,
            question,
            values["rests_on"],
            values["lacks"],
            request.now,
            seen=values["seen"],
        )
    except DuecareError as error:
        refuse(form, error)
        return False
    messages.success(request, _("Kept. Ask evidence again, so that it says something to the question."))
    return True


@require_POST
def review(request: Request, key: str) -> HttpResponseBase:
    """Say that all answers were read and are right."""
    viewer = keeper(request)
    row = find_questionnaire(key, viewer)
    given = request.POST.get("seen", "")
    if not given.isdecimal():
        raise BadInput(_("It is not said which answers were read."), _("Open its page again."), "seen")
    try:
        actions.review(viewer, row.pk, int(given), request.now)
    except DuecareError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Read through. An owner or approver can sign it now."))
    return redirect("questionnaire", key)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, key: str) -> HttpResponseBase:
    """Say that it is not used, or no longer."""
    viewer = keeper(request)
    row = find_questionnaire(key, viewer)
    if row.ended_at is not None:
        raise Refused(_("This questionnaire was ended."), _("Begin a new one."))
    form = ReasonForm(sent(request))
    if form.is_valid():
        try:
            actions.end(viewer, key, form.cleaned_data["reason"], request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("It was ended. It stays in the record."))
            return redirect("questionnaire", key)
    return form_page(request, form, _("End the questionnaire"), row.title, _("End it"), _back(key))


@require_POST
def paper(request: Request, key: str) -> HttpResponseBase:
    """It as PDF, always as a download, under a checkpoint signed for it."""
    viewer = reader(request)
    row = find_questionnaire(key, viewer)
    demand_patience(viewer, "questionnaire")
    data = set_now(papers.paper(row, viewer), viewer, request.now)
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="questionnaire.pdf"'
    return answer


@require_safe
def csv(request: Request, key: str) -> HttpResponseBase:
    """Its questions and answers as CSV."""
    viewer = reader(request)
    row = find_questionnaire(key, viewer)
    answer = HttpResponse(papers.as_csv(row, viewer), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="questionnaire.csv"'
    return answer


def _open(row: Questionnaire) -> Questionnaire:
    if row.signed_at is not None or row.ended_at is not None:
        raise Refused(
            _("This questionnaire was signed or ended, and stands as it is."), _("Begin a new one.")
        )
    return row


def _back(key: str) -> str:
    return reverse("questionnaire", args=[key])
