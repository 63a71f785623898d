"""Pages of statements: what people are asked, what they answered, and what a second person says to it."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer, demand_reader
from duecare.program import remarks
from duecare.program.catalogue import area_of, areas, catalogue
from duecare.program.models import Answer, Review, Statement
from duecare.program.queries import said_by
from duecare.program.questions import Question, questions
from duecare.program.statement_actions import (
    make_statement,
    review_statement,
    today_here,
    withdraw_statement,
)
from duecare.program.statement_forms import FILES, ReviewForm, StatementForm, WithdrawForm
from duecare.program.statement_queries import (
    Condition,
    Line,
    condition_of,
    entries_of,
    find_statement,
    lines,
    names_of,
    reference,
    statements_of,
)
from duecare.web.exports import cell
from duecare.web.uploads import demand_size
from duecare.words import day


def changer(request: Request) -> Viewer:
    """The viewer, if they may make statements. Raises Refused for one who may only read, else NotFound."""
    viewer = demand_reader(request)
    if not viewer.changes:
        raise Refused(
            _("Only an owner, a manager or an approver makes or reviews statements."), _("Ask one of them.")
        )
    return viewer


def find_question(id: str, viewer: Viewer) -> Question:
    found = questions().get(id)
    if found is None or not viewer.covers(area_of(found.safeguard)):
        raise NotFound(_("There is no such question."), _("Look in the list of statements."))
    return found


def find_shown(key: str, viewer: Viewer) -> Statement:
    found = find_statement(key, viewer)
    if found is None:
        raise NotFound(_("There is no such statement."), _("Look in the list of statements."))
    return found


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────


def chosen(request: Request) -> dict[str, str]:
    """The filters of an address, by name. Raises BadInput for what is no choice."""
    asked = {
        "state": [one.value for one in Condition],
        "answer": [one.value for one in Answer],
        "area": [one.id for one in areas()],
    }
    found = {name: request.GET.get(name, "") for name in asked}
    for name, value in found.items():
        if value and value not in asked[name]:
            raise BadInput(
                _("“%(value)s” is no choice of the filter “%(key)s”.") % {"value": value[:40], "key": name},
                _("Choose one of %s.") % ", ".join(asked[name]),
                name,
            )
    return found


def narrowed(rows: list[Line], asked: dict[str, str]) -> list[Line]:
    """The rows that pass the filters."""
    return [
        row
        for row in rows
        if (not asked["state"] or row.condition == asked["state"])
        and (not asked["answer"] or (row.said is not None and row.said.answer == asked["answer"]))
        and (not asked["area"] or row.safeguard.area == asked["area"])
    ]


@require_safe
def statements(request: Request) -> HttpResponseBase:
    """All questions with their answers, filtered by state, answer and area."""
    viewer = demand_reader(request)
    asked = chosen(request)
    rows = lines(viewer, request.view_now)
    shown = narrowed(rows, asked)
    if request.GET.get("format") in ("csv", "json"):
        return _export(request.GET["format"], shown)
    names = {one.id: one.name for one in areas()}
    context = {
        "groups": [
            (name, [row for row in shown if row.safeguard.area == id])
            for id, name in names.items()
            if any(row.safeguard.area == id for row in shown)
        ],
        "shown": len(shown),
        "total": len(rows),
        "answered": sum(row.said is not None for row in rows),
        "states": list(Condition),
        "answers": list(Answer),
        "areas": [one for one in areas() if viewer.covers(one.id)],
        "chosen": asked,
        "narrowed": any(asked.values()),
        "may_answer": _may_change(viewer),
    }
    return render(request, "program/statements.html", context)


def _export(format: str, rows: list[Line]) -> HttpResponse:
    """The same rows as CSV or JSON."""
    table = [
        {
            "id": row.question.id,
            "safeguard": row.safeguard.id,
            "area": row.safeguard.area,
            "question": row.question.ask,
            "answer": row.said.answer if row.said else "",
            "made_by": row.by,
            "made_at": row.said.made_at.isoformat() if row.said else "",
            "expires": row.said.expires.isoformat() if row.said else "",
            "review": row.said.review if row.said else "",
            "state": row.condition.value,
        }
        for row in rows
    ]
    if format == "json":
        response: HttpResponse = JsonResponse({"statements": table})
    else:
        text = io.StringIO()
        writer = csv.writer(text)
        heads = ("id", "safeguard", "area", "question", "answer", "made_by", "made_at", "expires", "review")
        writer.writerow([*heads, "state"])
        writer.writerows([cell(value) for value in line.values()] for line in table)
        response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="statements.{format}"'
    return response


def _may_change(viewer: Viewer) -> bool:
    """Whether the page offers to change anything: never while a past day is viewed."""
    return viewer.changes and asof.current() is None


# ── One question, one statement ──────────────────────────────────────────────────────────────────────────


@require_safe
def question(request: Request, id: str) -> HttpResponseBase:
    """A question with the statement that answers it now, and those that did before."""
    viewer = demand_reader(request)
    found = find_question(id, viewer)
    history = statements_of(id, viewer)
    current = next((row for row in history if row.ended_at is None), None)
    return _page(request, viewer, found, current, history)


@require_safe
def statement(request: Request, key: str) -> HttpResponseBase:
    """One statement, whether it counts still or not."""
    viewer = demand_reader(request)
    row = find_shown(key, viewer)
    return _page(request, viewer, questions().get(row.question), row, statements_of(row.question, viewer))


def _page(
    request: Request,
    viewer: Viewer,
    asked: Question | None,
    row: Statement | None,
    history: list[Statement],
) -> HttpResponseBase:
    zone = timezone.get_current_timezone()
    entries = entries_of(history, viewer)
    actors = {one.made_by for one in history} | ({row.reviewed_by} if row and row.reviewed_by else set())
    names = names_of(actors, viewer)
    may_change = _may_change(viewer)
    open_row = row is not None and row.ended_at is None
    context: dict[str, Any] = {
        "question": asked,
        "ask": _(row.asked) if row else str(asked.ask) if asked else "",
        "safeguard": catalogue().get((asked or history[0]).safeguard),
        "row": row,
        "condition": condition_of(said_by(row, zone), request.view_now) if row else None,
        "by": names[row.made_by] if row else "",
        "reviewer": names[row.reviewed_by] if row and row.reviewed_by else "",
        "history": [(one, names[one.made_by], entries.get(one.pk)) for one in history],
        "may_answer": may_change and asked is not None,
        "may_review": may_change and open_row and row is not None and row.made_by != viewer.actor,
        "may_withdraw": may_change and open_row,
        "own": row is not None and row.made_by == viewer.actor,
        **(remarks.context(reference(row.pk), viewer) if row else {}),
    }
    return render(request, "program/statement.html", context)


# ── Acts ─────────────────────────────────────────────────────────────────────────────────────────────────


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, id: str) -> HttpResponseBase:
    """Answer a question, with files."""
    changer(request)
    demand_size(request, FILES * remarks.SIZE_LIMIT, _("Send fewer or smaller files, or give a link."))
    return _answer(request, find_question(id, request.viewer))


@csrf_protect
def _answer(request: Request, asked: Question) -> HttpResponseBase:
    viewer, today = request.viewer, today_here(request.now)
    if request.method == "POST":
        form = StatementForm(asked, today, request.POST, request.FILES)
    else:
        form = StatementForm(asked, today)
    if form.is_valid():
        made = make_statement(viewer.actor, asked, form.draft(), request.now)
        if made.answer in (Answer.NO, Answer.PARTLY):
            messages.success(request, _("Recorded, and a finding is open until it is answered otherwise."))
        else:
            messages.success(request, _("Recorded. It counts until %s.") % day(made.expires))
        _put_files(request, made, form.cleaned_data["uploads"])
        return redirect("question", asked.id)
    return _form_page(
        request, form, asked.ask, _("Make this statement"), reverse("question", args=[asked.id])
    )


def _put_files(request: Request, made: Statement, files: list[Any]) -> None:
    """Put the files to a statement that stands already; one that is refused is named, and loses nothing."""
    for one in files:
        try:
            remarks.add_attachment(
                request.viewer.actor, reference(made.pk), one.name, one.read(), request.now
            )
        except DuecareError as error:
            messages.warning(
                request,
                _("“%(name)s” was not put to it: %(why)s") % {"name": one.name[:80], "why": str(error)},
            )


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Request, key: str) -> HttpResponseBase:
    """Say as a second person whether a statement is to be believed."""
    viewer = changer(request)
    row = find_shown(key, viewer)
    if row.made_by == viewer.actor:
        raise Refused(
            _("Nobody reviews a statement of their own."), _("Ask an owner, a manager or an approver.")
        )
    form = ReviewForm(_sent(request))
    if form.is_valid():
        values = form.cleaned_data
        review_statement(viewer.actor, key, Review(values["review"]), values["words"], request.now)
        messages.success(request, _("Your review was recorded."))
        return redirect("statement", key)
    text = _("%(name)s answered “%(answer)s”: %(words)s") % {
        "name": names_of([row.made_by], viewer)[row.made_by],
        "answer": _(row.answer),
        "words": row.words,
    }
    return _form_page(
        request, form, _(row.asked), _("Record the review"), reverse("statement", args=[key]), text
    )


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, key: str) -> HttpResponseBase:
    """End a statement without another in its place."""
    viewer = changer(request)
    row = find_shown(key, viewer)
    form = WithdrawForm(_sent(request))
    if form.is_valid():
        withdraw_statement(viewer.actor, key, form.cleaned_data["reason"], request.now)
        messages.success(request, _("The statement was withdrawn; it stays in the record."))
        return redirect("statement", key)
    text = _("It no longer counts, and a finding about a gap that it admits is closed.")
    return _form_page(
        request, form, _(row.asked), _("Withdraw this statement"), reverse("statement", args=[key]), text
    )


def _sent(request: Request) -> QueryDict | None:
    """What a form was sent with; None while it is only shown."""
    return request.POST if request.method == "POST" else None


def _form_page(
    request: Request, form: Any, title: str, button: str, back: str, text: str = ""
) -> HttpResponseBase:
    context = {"form": form, "title": title, "text": text, "button": button, "back": back}
    return render(request, "program/statement_form.html", context, status=400 if form.errors else 200)
