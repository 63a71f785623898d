"""What waits for triage, oldest first, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.incidents.alerts.queries import (
    LOOKED_AT,
    Proposed,
    find_alert,
    find_group,
    kindred,
    proposed,
    settled_alone,
)
from duecare.incidents.cases import triage_actions
from duecare.incidents.cases.forms import TriageForm, WordsForm
from duecare.incidents.cases.models import Case, IncidentReport
from duecare.incidents.cases.naming import kind_name
from duecare.incidents.cases.pages import form_page, sent
from duecare.incidents.cases.queries import (
    ALERT,
    REPORT,
    demand_triager,
    find_report,
    names_of,
    waiting_reports,
    workable_cases,
)
from duecare.incidents.cases.triage_actions import MOST, Waiting
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks
from duecare.program.subjects import address_of

REPORTS, GROUPS = 100, 100
"""That the page lists: the oldest."""
ALERTS = 200
"""Of a group that its page lists."""


@require_safe
def waiting(request: Request) -> HttpResponseBase:
    """Reports and groups of alerts that wait, oldest first."""
    viewer = demand_area(request, IncidentReport.room)
    content = plan_content(None)
    reports = list(waiting_reports(viewer)[: REPORTS + 1])
    groups = proposed(viewer)
    names = names_of([one.reported_by for one in reports], viewer)
    context = {
        "reports": [
            {"report": one, "by": names.get(one.reported_by, ""), "kind": kind_name(content, one.kind)}
            for one in reports[:REPORTS]
        ],
        "more_reports": len(reports) > REPORTS,
        "groups": groups[:GROUPS],
        "more_groups": max(0, len(groups) - GROUPS),
        "looked_at": LOOKED_AT if sum(len(one.alerts) for one in groups) >= LOOKED_AT else 0,
        "may_triage": viewer.changes,
    }
    return render(request, "incidents/waiting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def triage_report(request: Request, key: str) -> HttpResponseBase:
    """What becomes of one report."""
    viewer = request.viewer
    demand_triager(viewer)
    found = find_report(key, viewer)
    if found.triaged_at is not None and request.method != "POST":  # who sends is told who was first
        return redirect("incident-report-of", key)
    content = plan_content(None)
    initial = {
        "what": "new",
        "title": _first_sentence(found.words),
        "kind": found.kind,
    }
    context = {
        "report": found,
        "by": names_of([found.reported_by], viewer).get(found.reported_by, ""),
        "kind": kind_name(content, found.kind),
        **remarks.context(f"{REPORT}:{found.pk}", viewer),
    }
    cases = list(workable_cases(viewer).filter(exercise=False))
    return _triage(request, Waiting(reports=[found.pk]), initial, cases, context)


@require_http_methods(["GET", "HEAD", "POST"])
def triage_alerts(request: Request, key: str) -> HttpResponseBase:
    """What becomes of the group of alerts that holds this one."""
    viewer = request.viewer
    demand_triager(viewer)
    group = settled_alone(key, viewer) if request.method == "POST" else None
    group = group or find_group(key, viewer)
    near = kindred(group.alerts, viewer)
    cases = sorted(workable_cases(viewer).filter(exercise=False), key=lambda one: one.pk not in near)
    initial = {
        "what": "case" if near else "new",
        "case": near[0] if near else "",
        "title": group.title,
        "seen": group.seen,
    }
    context = {
        "group": group,
        "alerts": group.alerts[:ALERTS],
        "more": max(0, len(group.alerts) - ALERTS),
        "at_once": MOST if len(group.alerts) > MOST else 0,
        "near": [case for case in cases if case.pk in near],
    }
    waiting = Waiting(alerts=group.group.keys[:MOST])
    return _triage(request, waiting, initial, cases, context, group)


@require_http_methods(["GET", "HEAD", "POST"])
def wait_again(request: Request, reference: str) -> HttpResponseBase:
    """Let a report or an alert that was settled as no incident wait again."""
    viewer = request.viewer
    demand_triager(viewer)
    kind, _colon, key = reference.partition(":")
    if kind not in (REPORT, ALERT):
        raise NotFound(_("There is no such page, or none that you may see."), _("Look at what waits."))
    row = find_report(key, viewer) if kind == REPORT else find_alert(key, viewer)
    waiting = Waiting(reports=[key]) if kind == REPORT else Waiting(alerts=[key])
    form: Any = WordsForm(sent(request))
    form.fields["words"].label = _("What came up")
    if form.is_valid():
        try:
            triage_actions.let_wait(viewer.actor, waiting, form.cleaned_data["words"], request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It waits again."))
            return redirect("incidents-waiting")
    title = _("Let it wait again")
    return form_page(request, form, title, title, address_of(reference), text=str(row))


def _triage(
    request: Request,
    waiting: Waiting,
    initial: dict[str, Any],
    cases: Sequence[Case],
    context: dict[str, Any],
    group: Proposed | None = None,
) -> HttpResponseBase:
    form: Any = TriageForm(sent(request), content=plan_content(None), cases=cases, initial=initial)
    if group is not None:
        form.fields["words"].label = _("A word on it")
        form.fields["words"].help_text = _("If it is no incident, it says why.")
    if form.is_valid():
        try:
            waits = group is not None and group.alerts[0].settled_at is None
            if group is not None and waits and form.cleaned_data["seen"] != group.seen:
                form.data = {**form.data.dict(), "seen": group.seen}
                raise Refused(
                    _("The group is another one by now: alerts came in, or were settled."),
                    _("Look at it as it stands here, then choose again."),
                )
            return _settled(request, request.viewer, waiting, form.cleaned_data)
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
    page = {"form": form, **context}
    return render(request, "incidents/triage.html", page, status=400 if form.errors else 200)


def _settled(request: Request, viewer: Viewer, waiting: Waiting, values: dict[str, Any]) -> HttpResponseBase:
    """Do what was chosen, and say so."""
    actor, now = viewer.actor, request.now
    if values["what"] == "none":
        triage_actions.set_aside(actor, waiting, values["words"], now)
        messages.success(request, _("Settled as no incident."))
        return redirect("incidents-waiting")
    if values["what"] == "case":
        case = triage_actions.put_to(actor, waiting, values["case"], values["words"], now)
        messages.success(request, _("It belongs to incident %s now.") % case.number)
        return redirect("case", case.pk)
    made = triage_actions.take_up(
        actor,
        waiting,
        now,
        title=values["title"],
        kind=values["kind"],
        severity=values["severity"],
        words=values["words"],
    )
    said = (
        _("Incident %s is open. Its tasks are made.")
        if made.kind
        else _("Incident %s is open. Say next what kind it is.")
    )
    messages.success(request, said % made.number)
    return redirect("case", made.pk)


def _first_sentence(words: str) -> str:
    line = words.strip().split("\n")[0]
    sentence = line.split(". ")[0].rstrip(".")
    return sentence if len(sentence) <= 120 else f"{sentence[:119]}…"
