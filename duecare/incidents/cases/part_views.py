"""Pages of what belongs to a case: roles, what is affected, what is attached."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.incidents.alerts.models import Alert
from duecare.incidents.cases import affected_actions, link_actions, role_actions, triage_actions
from duecare.incidents.cases.forms import AffectedForm, AttachForm, RoleForm, StatusForm, WordsForm
from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.lists import affected_listing
from duecare.incidents.cases.models import Affected, CaseLink, CaseRole, IncidentReport
from duecare.incidents.cases.naming import role_name
from duecare.incidents.cases.overview import belonging
from duecare.incidents.cases.pages import act, form_page, sent, worked
from duecare.incidents.cases.queries import find_case, may_work, workable_cases
from duecare.incidents.cases.things import LONGEST, search_things
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.viewers import Request
from duecare.program.remarks import demand_visible
from duecare.program.subjects import address_of, name_of
from duecare.program.task_queries import holding_people
from duecare.program.unchanged import seen_entry
from duecare.web.views import show

METHODS = ["GET", "HEAD", "POST"]


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(METHODS)
def role_give(request: Request, key: str) -> HttpResponseBase:
    """Give somebody a role, or hand one over; `?role=` chooses which."""
    case = worked(request, key)
    content = plan_content(case)
    held = CaseRole.objects.all().visible_to(request.viewer).filter(case=case, ended_at=None)
    holders = [
        (row.pk, f"{row.person.name if row.person else row.name} ({role_name(content, row.role)})")
        for row in held.select_related("person")
    ]
    today = timezone.localdate(request.view_now)
    form = RoleForm(
        sent(request),
        roles=[(one.id, one.name) for one in content.roles],
        people=holding_people(today).visible_to(request.viewer).order_by("name", "id"),
        holders=holders,
        initial={"role": request.GET.get("role", "")[:40]},
    )
    actor, now = request.viewer.actor, request.now
    text = _("Who has a role sees this case and works on it, whatever else they may do here, and is told.")
    return act(
        request,
        case,
        form,
        lambda values: role_actions.give_role(actor, key, now=now, **values),
        _("Give a role"),
        _("Give it"),
        _("The role is given."),
        text=text,
    )


@require_POST
def role_end(request: Request, key: str, row: str) -> HttpResponseBase:
    """End somebody's role."""
    worked(request, key)
    role_actions.end_role(request.viewer.actor, key, row, request.now)
    messages.success(request, _("The role has ended."))
    return redirect("case", key)


# ── What is affected ─────────────────────────────────────────────────────────────────────────────────────


@require_safe
def affected(request: Request, key: str) -> HttpResponseBase:
    """What a case affects."""
    case = find_case(key, request.viewer)
    rows = Affected.objects.all().visible_to(request.viewer).filter(case=case, removed_at=None)
    listing = affected_listing(request.viewer, key, may_work=may_work(case, request.viewer))
    context = framed(case, request, "case-affected")
    return show(request, listing, rows, template="incidents/affected.html", context=context)


@require_http_methods(METHODS)
def affected_add(request: Request, key: str) -> HttpResponseBase:
    """Say what else is affected; `?q=` searches among what is known here."""
    case = worked(request, key)
    text = request.GET.get("q", "")[:LONGEST]
    found = search_things(text, request.viewer)
    form = AffectedForm(sent(request), found=found, initial={"status": "suspected", "about": ""})
    viewer, now = request.viewer, request.now
    return act(
        request,
        case,
        form,
        lambda values: affected_actions.add_affected(viewer, key, now=now, **values),
        _("What else is affected"),
        _("Add it"),
        _("Added."),
        back="case-affected",
        searching=True,
        q=text,
        found=len(found),
    )


@require_http_methods(METHODS)
def affected_change(request: Request, key: str, row: str) -> HttpResponseBase:
    """Say how something that is affected stands now."""
    case = worked(request, key)
    rows = Affected.objects.all().visible_to(request.viewer).filter(case=case, pk=row, removed_at=None)
    found = rows.first()
    if found is None:
        raise NotFound(_("It does not stand there any more."), _("Load the page again."))
    initial = {"status": found.status, "words": found.words, "seen": seen_entry(found)}
    form = StatusForm(sent(request), initial=initial)
    actor, now = request.viewer.actor, request.now
    return act(
        request,
        case,
        form,
        lambda values: affected_actions.change_affected(actor, key, row, now=now, **values),
        found.name,
        _("Save"),
        _("Saved."),
        back="case-affected",
        changing=found,
        removing=reverse("case-affected-remove", args=[key, row]),
    )


@require_POST
def affected_remove(request: Request, key: str, row: str) -> HttpResponseBase:
    """Take off what was put there by mistake."""
    worked(request, key)
    affected_actions.remove_affected(request.viewer.actor, key, row, request.now)
    messages.success(request, _("Taken off."))
    return redirect("case-affected", key)


# ── What is attached ─────────────────────────────────────────────────────────────────────────────────────


@require_safe
def links(request: Request, key: str) -> HttpResponseBase:
    """Reports, alerts, findings and other records that belong to a case."""
    case = find_case(key, request.viewer)
    context = framed(case, request, "case-links", **belonging(case, request.viewer))
    return render(request, "incidents/links.html", context)


@require_http_methods(METHODS)
def attach(request: Request, reference: str) -> HttpResponseBase:
    """Put a record to a case, from the record's own page."""
    demand_visible(reference, request.viewer)
    cases = list(workable_cases(request.viewer))
    if not cases:
        raise Refused(
            _("There is no open incident that you may work on."), _("Ask for a role in one, or open one.")
        )
    form = AttachForm(sent(request), cases=cases)
    if form.is_valid():
        values = form.cleaned_data
        try:
            link_actions.attach(request.viewer, values["case"], reference, values["words"], request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It belongs to the case now."))
            return redirect("case-links", values["case"])
    title, text = _("Put it to an incident"), name_of(reference, request.viewer)
    return form_page(request, form, title, _("Put it there"), address_of(reference), text=text)


@require_http_methods(METHODS)
def detach(request: Request, key: str, link: str) -> HttpResponseBase:
    """Take a record from a case, with the reason."""
    case = worked(request, key)
    rows = CaseLink.objects.all().visible_to(request.viewer)
    row = rows.filter(case=case, pk=link, detached_at=None).first()
    if row is None:
        raise NotFound(_("It does not belong to this case any more."), _("Load the page again."))
    form = WordsForm(sent(request))
    viewer, now = request.viewer, request.now
    return act(
        request,
        case,
        form,
        lambda values: link_actions.detach(viewer, key, link, values["words"], now),
        _("Detach it"),
        _("Detach it"),
        _("Detached."),
        back="case-links",
        text=name_of(row.about, viewer),
    )


@require_http_methods(METHODS)
def detach_report(request: Request, key: str, report: str) -> HttpResponseBase:
    """Take a report from a case; it waits again."""
    title = _("Detach the report")
    return _waits_again(request, key, IncidentReport, report, triage_actions.detach_report, title)


@require_http_methods(METHODS)
def detach_alert(request: Request, key: str, alert: str) -> HttpResponseBase:
    """Take an alert from a case; it waits again."""
    title = _("Detach the alert")
    return _waits_again(request, key, Alert, alert, triage_actions.detach_alert, title)


def _waits_again(
    request: Request, key: str, kind: type[IncidentReport | Alert], pk: str, detach: Any, title: str
) -> HttpResponseBase:
    case = worked(request, key)
    row = kind.objects.all().visible_to(request.viewer).filter(pk=pk, case=case).first()
    if row is None:
        raise NotFound(_("It does not belong to this case any more."), _("Load the page again."))
    actor, now = request.viewer.actor, request.now
    return act(
        request,
        case,
        WordsForm(sent(request)),
        lambda values: detach(actor, key, pk, values["words"], now),
        title,
        _("Detach it"),
        _("Detached; it waits again."),
        back="case-links",
        text=str(row),
    )
