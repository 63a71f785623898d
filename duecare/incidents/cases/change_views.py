"""Pages that change a case itself: what is known, severity, kind, phase, its end as none, merging."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duecare.errors import DuecareError, Refused
from duecare.incidents.cases import actions, merge_actions
from duecare.incidents.cases.forms import (
    DescribeForm,
    KindForm,
    MergeForm,
    NoneForm,
    PhaseForm,
    SeverityForm,
    WordsForm,
)
from duecare.incidents.cases.pages import act, form_page, sent, worked
from duecare.incidents.cases.queries import demand_triager, find_case, workable_cases
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.viewers import Request
from duecare.program.unchanged import seen_entry

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
def change(request: Request, key: str) -> HttpResponseBase:
    """What a case is called, and what is known."""
    case = worked(request, key)
    initial = {"title": case.title, "summary": case.summary, "seen": seen_entry(case)}
    form = DescribeForm(sent(request), initial=initial)
    actor, now = request.viewer.actor, request.now
    return act(
        request,
        case,
        form,
        lambda values: actions.describe(actor, key, now=now, **values),
        _("What is known"),
        _("Save"),
        _("Saved."),
    )


@require_http_methods(METHODS)
def severity(request: Request, key: str) -> HttpResponseBase:
    """How grave a case is."""
    case = worked(request, key)
    form = SeverityForm(
        sent(request),
        content=plan_content(case),
        case=case,
        initial={"severity": case.severity, "seen": seen_entry(case)},
    )
    actor, now = request.viewer.actor, request.now
    return act(
        request,
        case,
        form,
        lambda values: actions.set_severity(actor, key, now=now, **values),
        _("How grave it is"),
        _("Save"),
        _("Saved; the timeline says so."),
    )


@require_http_methods(METHODS)
def kind(request: Request, key: str) -> HttpResponseBase:
    """What kind of incident a case is."""
    case = worked(request, key)
    form = KindForm(
        sent(request),
        content=plan_content(case),
        case=case,
        initial={"kind": case.kind, "seen": seen_entry(case)},
    )
    actor, now = request.viewer.actor, request.now
    text = _("The tasks of its playbook are made. Those of the kind before that nobody has done are dropped.")
    return act(
        request,
        case,
        form,
        lambda values: actions.set_kind(actor, key, now=now, **values),
        _("What kind of incident it is"),
        _("Save"),
        _("Saved; its tasks are made."),
        text=text,
    )


@require_http_methods(METHODS)
def phase(request: Request, key: str) -> HttpResponseBase:
    """In which phase a case is."""
    case = worked(request, key)
    form = PhaseForm(sent(request), initial={"phase": case.phase, "seen": seen_entry(case)})
    actor, now = request.viewer.actor, request.now
    return act(
        request,
        case,
        form,
        lambda values: actions.move_phase(actor, key, now=now, **values),
        _("In which phase it is"),
        _("Move it"),
        _("Moved; the timeline says so."),
    )


@require_http_methods(METHODS)
def no_incident(request: Request, key: str) -> HttpResponseBase:
    """Close a case as no incident."""
    case = worked(request, key)
    form = NoneForm(sent(request), initial={"seen": seen_entry(case)})
    actor, now = request.viewer.actor, request.now
    text = _("Its tasks that nobody has done are dropped with it. It can be opened again.")
    return act(
        request,
        case,
        form,
        lambda values: actions.end_as_none(actor, key, now=now, **values),
        _("It is no incident"),
        _("Close it"),
        _("The case is closed as no incident."),
        text=text,
    )


@require_http_methods(METHODS)
def open_again(request: Request, key: str) -> HttpResponseBase:
    """Open a closed case again."""
    case = find_case(key, request.viewer)
    demand_triager(request.viewer)
    if case.closed_at is None:
        raise Refused(_("This case is open already."), _("There is nothing left to do."))
    form = WordsForm(sent(request))
    form.fields["words"].label = _("What came up")
    actor, now = request.viewer.actor, request.now
    return act(
        request,
        case,
        form,
        lambda values: actions.open_again(actor, key, values["words"], now),
        _("Open it again"),
        _("Open it again"),
        _("The case is open again."),
    )


@require_http_methods(METHODS)
def merge(request: Request, key: str) -> HttpResponseBase:
    """Merge a case into another."""
    case = worked(request, key)
    others = workable_cases(request.viewer).exclude(pk=key).filter(exercise=case.exercise)
    form = MergeForm(sent(request), cases=others)
    title = _("Merge it into another incident")
    text = _(
        "This case closes as merged. Reports, alerts, what is attached and affected, open tasks and roles go "
        "on in the other; timeline, evidence, decisions and notices stay here to be read."
    )
    if form.is_valid():
        values = form.cleaned_data
        try:
            into = merge_actions.merge(
                request.viewer.actor, key, values["into"], values["words"], request.now
            )
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Merged. It goes on here."))
            return redirect("case", into.pk)
    back = reverse("case", args=[key])
    return form_page(request, form, title, _("Merge it"), back, case=case, text=text)
