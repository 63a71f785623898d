"""Pages of the plan: how it stands, its playbooks, its versions, and printing it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound
from duecare.incidents.plans import contact_queries, telling
from duecare.incidents.plans.actions import review_plan
from duecare.incidents.plans.content import PlanContent
from duecare.incidents.plans.doors import CHANGERS, reader, worker
from duecare.incidents.plans.forms import ReviewForm
from duecare.incidents.plans.models import Plan
from duecare.incidents.plans.paper import KINDS, paper
from duecare.incidents.plans.queries import KIND, PLAN, REFERENCE, find_plan, version_at
from duecare.incidents.plans.shipped import shipped
from duecare.incidents.plans.steps import QUESTIONS, missing
from duecare.incidents.plans.stored import FIELDS, plan_of
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.viewers import Request, Viewer
from duecare.program import remarks
from duecare.program.approval_queries import decisions_about
from duecare.program.approval_views import may_decide
from duecare.program.papers.patience import demand_patience
from duecare.program.papers.setting import set_now
from duecare.program.queries import live_profile, zone_of
from duecare.program.unchanged import seen_entry

VERSIONS = 50
"""Versions that one page lists."""


def content_of(row: Plan | None) -> PlanContent:
    """What a plan says; what ships, where there is none."""
    return shipped() if row is None else plan_of({name: getattr(row, name) for name in FIELDS})


def told(plan: PlanContent, viewer: Viewer, today: date) -> dict[str, Any]:
    """A plan as `incidents/parts/plan_content.html` draws it, with who of it has no right on a day."""
    return {
        "content": plan,
        "roles": telling.role_lines(plan, telling.people_named(plan, viewer, today)),
        "severities": [(one, telling.hours_words(one.hours)) for one in plan.severities],
        "playbooks": list(plan.playbooks.values()),
    }


@require_safe
def plan(request: Request) -> HttpResponseBase:
    """The plan as it stands: whether it is approved, what it says, what is open."""
    viewer = reader(request)
    row = find_plan(viewer)
    content, standing = content_of(row), telling.standing_of(viewer)
    fresh = contact_queries.since(request.view_now)
    contacts = list(contact_queries.rows(viewer).filter(ended_at=None))
    stale = [one for one in contacts if contact_queries.state_of(one, fresh) != contact_queries.CONFIRMED]
    open_ones = missing(content) if row else list(QUESTIONS)
    may = viewer.has(*CHANGERS) and asof.current() is None
    context = {
        "row": row,
        **told(content, viewer, timezone.localdate(request.view_now)),
        "standing": standing,
        "questions": [(one, one.answer(content) if row else "") for one in QUESTIONS],
        "open_questions": open_ones,
        "contacts": len(contacts),
        "stale": len(stale),
        "may_change": may,
        "may_review": viewer.changes and asof.current() is None and standing.state == "approved",
        "may_decide": row is not None and not open_ones and may_decide(viewer, REFERENCE),
        "reference": REFERENCE,
        **(remarks.context(REFERENCE, viewer) if row else {}),
    }
    return render(request, "incidents/plan.html", context)


@require_safe
def playbook(request: Request, id: str) -> HttpResponseBase:
    """One playbook, to be followed."""
    viewer = reader(request)
    row = find_plan(viewer)
    content = content_of(row)
    found = content.playbooks.get(id)
    if found is None:
        raise NotFound(
            _("There is no such playbook in the plan."), _("Look in the plan for those there are.")
        )
    context = {
        "playbook": telling.playbook_line(found, content),
        "ours": row is not None,
        "standing": telling.standing_of(viewer),
        "may_change": viewer.has(*CHANGERS) and asof.current() is None,
    }
    return render(request, "incidents/playbook.html", context)


@require_safe
def versions(request: Request) -> HttpResponseBase:
    """The versions of the plan, newest first, with what each changed."""
    viewer = reader(request)
    count = entries_about(KIND, [PLAN], viewer).filter(kind=KIND).count()
    context = {
        "versions": telling.editions(viewer, VERSIONS),
        "more": max(count - VERSIONS, 0),
        "subject": PLAN,
    }
    return render(request, "incidents/plan_versions.html", context)


@require_safe
def version(request: Request, entry: int) -> HttpResponseBase:
    """The plan as one entry has it: as a case ran under it, or as it was approved."""
    viewer = reader(request)
    there = entries_about(KIND, [PLAN], viewer).filter(kind=KIND, index=entry).exists()
    found = version_at(entry) if there else None
    if found is None:
        raise NotFound(
            _("There is no such version of the plan."), _("Look in the list of versions for those there are.")
        )
    decided = decisions_about([REFERENCE], viewer).get(REFERENCE, [])
    context = {
        **told(found, viewer, timezone.localdate(request.view_now)),
        "lines": [telling.playbook_line(one, found) for one in found.playbooks.values()],
        "entry": entry,
        "decisions": [one for one in decided if one.approval.entry == entry],
    }
    return render(request, "incidents/plan_version.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Request) -> HttpResponseBase:
    """Say that the approved plan was read again and still holds."""
    viewer = worker(request)
    row = find_plan(viewer)
    if row is None:
        raise NotFound(_("There is no plan to review yet."), _("Begin it on its page."))
    sent = request.POST if request.method == "POST" else None
    form = ReviewForm(sent, initial={"entry": max(seen_entry(row), 0)})
    if form.is_valid():
        try:
            review_plan(viewer.actor, form.cleaned_data["entry"], form.cleaned_data["words"], request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Noted: the plan was read again and still holds."))
            return redirect("incident-plan")
    context = {
        "form": form,
        "title": _("The plan was read again and still holds"),
        "about": _(
            "Read all of it with those who have a role: are they still here, are the numbers right, has what "
            "we run changed? If anything has, change the plan instead and have it approved."
        ),
        "button": _("It still holds"),
        "back": reverse("incident-plan"),
    }
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)


@require_POST
def print_plan(request: Request, kind: str) -> HttpResponseBase:
    """The plan or the page for the wallet as PDF, always as a download, under a checkpoint signed for it."""
    viewer = reader(request)
    if kind not in KINDS:
        raise NotFound(_("There is no such paper."), _("Choose one on the page of the plan."))
    demand_patience(viewer, "plan")
    with timezone.override(zone_of(live_profile())):
        gathered = paper(kind, viewer, request.now)
    response = HttpResponse(set_now(gathered, viewer, request.now), content_type="application/pdf")
    name = "incident-plan" if kind == "plan" else "incident-wallet-page"
    day = timezone.localtime(request.now, zone_of(live_profile())).date().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.pdf"'
    return response
