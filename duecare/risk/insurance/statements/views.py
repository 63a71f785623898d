"""Pages of insurer statements: all, one of them with what evidence says, answering, telling, ending."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer
from duecare.program import remarks
from duecare.program.approval_queries import decisions_about
from duecare.program.approval_views import may_decide
from duecare.program.models import Task
from duecare.program.statement_queries import names_of
from duecare.program.unchanged import seen_entry
from duecare.risk.form_pages import form_page, refuse, sent
from duecare.risk.insurance.doors import keeper, reader
from duecare.risk.insurance.evidence import ANSWERS, Said, said, said_of, too_old
from duecare.risk.insurance.looking import CHECK, SAFEGUARD, as_seen, demand_reach, look, title_of
from duecare.risk.insurance.pages import history
from duecare.risk.insurance.policies.forms import ReasonForm
from duecare.risk.insurance.policies.queries import find_policy
from duecare.risk.insurance.statements import actions
from duecare.risk.insurance.statements.forms import AnswerForm, StatementForm, TellForm
from duecare.risk.insurance.statements.models import InsurerStatement, StatementDrift
from duecare.risk.insurance.statements.queries import (
    ASKED,
    STATEMENT,
    drifts_of,
    find_statement,
    listing,
    origin,
    reference,
    state_of,
    when_words,
)
from duecare.risk.insurance.statements.terms import KINDS, ON_THE_DAY
from duecare.web.views import show


@require_safe
def statements(request: Request) -> HttpResponseBase:
    """Everything that insurers were told, the newest first."""
    viewer = reader(request)
    rows = InsurerStatement.objects.all().visible_to(viewer).select_related("policy")
    today = timezone.localdate(request.view_now)
    return show(
        request, listing(today, reverse("insurance")), rows, template="risk/insurance/statements.html"
    )


@require_safe
def statement(request: Request, key: str) -> HttpResponseBase:
    """One statement: the question, the answer, what evidence said at signing and what it says now."""
    viewer = reader(request)
    row = find_statement(key, viewer)
    name, live = reference(key), asof.current() is None
    drifts = list(drifts_of(row, viewer))
    open_drift = next((one for one in drifts if one.told_at is None), None)
    state = state_of(row, open_drift is not None, timezone.localdate(request.view_now))
    people = {row.answered_by, row.ended_by, *(one.told_by for one in drifts)} - {""}
    names = names_of(people, viewer)
    then, now = said_of(row.said), said(look(row.rests_on, viewer, request.view_now), row.lacks)
    may = viewer.changes and live and row.ended_at is None
    aged = too_old(row.answered_at, request.view_now) if state == ASKED else ""
    context: dict[str, Any] = {
        "row": row,
        "state": state,
        "kind": KINDS.get(row.kind, row.kind),
        "when_words": when_words(row),
        "one_day": row.continuity == ON_THE_DAY,
        "rests_on": [_link(id) for id in row.rests_on],
        "answer": ANSWERS.get(row.answer, ""),
        "then": _told(then and as_seen(then, viewer)),
        "now_said": _told(now),
        "differs": then is not None and then.answer != row.answer,
        "answered_by": names.get(row.answered_by, row.answered_by),
        "ended_by": names.get(row.ended_by, row.ended_by),
        "drifts": [_drift(one, names, viewer) for one in drifts],
        "open_drift": open_drift,
        "task": _task(open_drift, request),
        "may_change": may and row.signed_at is None,
        "may_end": may,
        "reference": name,
        "decisions": decisions_about([name], viewer).get(name, []),
        "aged": aged,
        "may_decide": state == ASKED and not aged and may_decide(viewer, name),
        "entries": history(STATEMENT, key, viewer),
        **remarks.context(name, viewer),
    }
    return render(request, "risk/insurance/statement.html", context)


def _told(one: Said | None) -> dict[str, Any] | None:
    """What evidence says, as the page sets it."""
    if one is None:
        return None
    return {"said": one, "word": ANSWERS[one.answer], "look": one.look}


def _link(id: str) -> tuple[str, str]:
    """A check or safeguard in words, with its page."""
    title = title_of(id)
    if title is None:
        return id, ""
    if id.startswith(CHECK):
        return title, reverse("check", args=[id.removeprefix(CHECK)])
    return title, reverse("safeguard", args=[id.removeprefix(SAFEGUARD)])


def _drift(one: StatementDrift, names: dict[str, str], viewer: Viewer) -> dict[str, Any]:
    said = said_of(one.said)
    told = _told(said and as_seen(said, viewer))
    return {"row": one, "said": told, "told_by": names.get(one.told_by, one.told_by)}


def _task(drift: StatementDrift | None, request: Request) -> Task | None:
    if drift is None:
        return None
    found: Task | None = (
        Task.objects.all().visible_to(request.viewer).filter(origin=origin(drift.pk), ended_at=None).first()
    )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request, key: str) -> HttpResponseBase:
    """Write down what the insurer of a policy asks."""
    viewer = keeper(request)
    policy = find_policy(key, viewer)
    if policy.ended_at is not None:
        raise Refused(_("This policy was ended."), _("Choose the one that took its place."))
    initial = {"wording": policy.wording, "as_of": policy.period_from, "until": policy.period_to,
               "continuity": "throughout"}  # fmt: skip
    form = StatementForm(sent(request), initial=initial)
    if form.is_valid():
        try:
            made = actions.add_statement(viewer, key, form.draft(), request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Written down. Below stands what evidence says to it."))
            return redirect("insurer-statement", made.pk)
    text = _(
        "Copy the question as it stands. A policy was once rescinded because a second factor was asked for "
        "everywhere and was there at the firewall alone: write down of all of what it speaks."
    )
    back = reverse("insurance-policy", args=[key])
    return form_page(request, form, _("What the insurer asks"), text, _("Write it down"), back)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, key: str) -> HttpResponseBase:
    """Say anew what it is about, while nobody has signed."""
    viewer = keeper(request)
    row = _unsigned(find_statement(key, viewer))
    form = StatementForm(sent(request), initial=StatementForm.of(row))
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            actions.change_statement(viewer, key, form.draft(), -1 if seen is None else seen, request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Changed. It has to be answered anew."))
            return redirect("insurer-statement", key)
    text = _("An answer that nobody has signed yet is taken back by it.")
    return form_page(request, form, _("Change the statement"), text, _("Save"), _back(key))


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, key: str) -> HttpResponseBase:
    """Answer it; what evidence says stands above the form."""
    viewer = keeper(request)
    row = _unsigned(find_statement(key, viewer))
    demand_reach(row.rests_on, viewer)
    now = said(look(row.rests_on, viewer, request.now), row.lacks)
    form = AnswerForm(sent(request), initial={"answer": now.answer.value, "seen": seen_entry(row)})
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.answer_statement(
                viewer,
                key,
                values["answer"],
                values["basis"],
                request.now,
                differs_because=values["differs_because"],
                seen=values["seen"],
            )
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Answered. It counts once an owner or approver has signed it."))
            return redirect("insurer-statement", key)
    return form_page(
        request, form, _("Answer the insurer"), row.question, _("Answer"), _back(key), now_said=_told(now)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: Request, key: str) -> HttpResponseBase:
    """Say that the insurer was told of a change."""
    viewer = keeper(request)
    row = find_statement(key, viewer)
    drift = drifts_of(row, viewer).filter(told_at=None).first()
    if drift is None:
        raise NotFound(_("There is nothing to tell."), _("Look at the page of the statement."))
    demand_reach(row.rests_on, viewer)
    form = TellForm(sent(request), initial={"seen": seen_entry(drift)})
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.tell(viewer, drift.pk, values["words"], request.now, seen=values["seen"])
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Recorded. The insurer knows what evidence said by then."))
            return redirect("insurer-statement", key)
    context = {"form": form, "row": row, "told": _told(said_of(drift.said)), "back": _back(key)}
    return render(request, "risk/insurance/tell.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, key: str) -> HttpResponseBase:
    """Say that a statement stands no longer."""
    viewer = keeper(request)
    row = find_statement(key, viewer)
    if row.ended_at is not None:
        raise Refused(_("This statement was ended."), _("Write a new one down."))
    form = ReasonForm(sent(request))
    if form.is_valid():
        try:
            actions.end_statement(viewer, key, form.cleaned_data["reason"], request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The statement was ended. It stays in the record."))
            return redirect("insurer-statement", key)
    text = _("Ending it here takes back nothing that the insurer was told.")
    return form_page(request, form, _("End the statement"), text, _("End it"), _back(key))


def _unsigned(row: InsurerStatement) -> InsurerStatement:
    if row.signed_at is not None or row.ended_at is not None:
        raise Refused(
            _("This statement was signed or ended, and stands as it is."),
            _("End it with a reason and write a new one down, if the insurer takes another."),
        )
    return row


def _back(key: str) -> str:
    return reverse("insurer-statement", args=[key])
