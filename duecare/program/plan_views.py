"""The page of the first ninety days: what would be done, or what was planned and what became of it."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from duecare.errors import NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Role, Viewer, demand_reader
from duecare.program.models import Person, Setup
from duecare.program.plan_actions import make_plan
from duecare.program.plan_queries import plan, plan_tasks, proposed
from duecare.program.setup_queries import other_approvers, setup
from duecare.web.recorded import in_the_records_language

MAKERS = (Role.OWNER, Role.MANAGER)


@require_safe
def first_ninety_days(request: Request) -> HttpResponseBase:
    """The plan by weeks, and what could be added to it; before there is one, what it would hold."""
    viewer = demand_reader(request)
    today = timezone.localdate(request.view_now)
    arranged, tasks = setup(viewer), plan_tasks(viewer)
    approver, now = _approver(viewer, today, arranged), request.view_now
    more = proposed(viewer, now, today, arranged, tasks, approver is not None) if _live() else ()
    context = {
        "plan": plan(arranged, tasks, today),
        "today": today,
        "proposed": more,
        "minutes": sum(one.minutes for one in more),
        "approver": approver,
        "may_make": viewer.has(*MAKERS) and _live(),
    }
    return render(request, "program/plan.html", context)


@require_POST
def plan_make(request: Request) -> HttpResponseBase:
    """Make the proposed tasks."""
    viewer = request.viewer
    if not viewer.has(*MAKERS):
        if viewer.reads:
            raise Refused(_("Your role does not make the plan."), _("Ask an owner or a manager."))
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at your duties."))
    today = timezone.localdate(request.now)
    arranged = setup(viewer)
    approver = _approver(viewer, today, arranged)
    with in_the_records_language():
        wanted = proposed(viewer, request.now, today, arranged, plan_tasks(viewer), approver is not None)
    made = make_plan(
        viewer.actor,
        wanted,
        request.now,
        today,
        owner=viewer.person,
        approver=approver.pk if approver else None,
    )
    words = ngettext("%d task was made.", "%d tasks were made.", len(made)) % len(made)
    messages.success(request, words if made else _("Nothing was left to add."))
    return redirect("first-ninety-days")


def _live() -> bool:
    return asof.current() is None


def _approver(viewer: Viewer, today: date, arranged: Setup) -> Person | None:
    """Who gets what an approver is to do: a second person, else the one who approves alone."""
    other = other_approvers(viewer, today).first()
    if other is None and arranged.alone and viewer.has(Role.OWNER):
        return Person.objects.all().visible_to(viewer).filter(pk=viewer.person).first()
    return other
