"""Pages of cases: the list, the overview of one, and taking one up by oneself."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError
from duecare.incidents.alerts.models import Alert
from duecare.incidents.cases import actions, counsel, overview
from duecare.incidents.cases.forms import NewCaseForm
from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.lists import cases_listing
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.pages import form_page, sent
from duecare.incidents.cases.queries import CASE, demand_triager, find_case, waiting_reports
from duecare.incidents.plans.queries import plan_content
from duecare.ledger import asof
from duecare.ledger.viewers import Request
from duecare.program import remarks
from duecare.web.views import show

COUNTED = 1_000


@require_safe
def cases(request: Request) -> HttpResponseBase:
    """The cases that the viewer may see: all, for who reads the area, else those in which they work."""
    viewer = request.viewer
    triages = viewer.changes and viewer.covers(Case.room)
    listing = cases_listing(plan_content(None))
    if triages:
        listing = replace(listing, empty=replace(listing.empty, url=reverse("incident-report")))
    rows = Case.objects.all().visible_to(viewer)
    reads = viewer.reads and viewer.covers(Case.room)
    context = {
        "triages": triages,
        "reads": reads,
        "waiting": waiting_reports(viewer)[:COUNTED].count() if reads else 0,
        "alerts": Alert.objects.all().visible_to(viewer).filter(settled_at=None)[:COUNTED].count()
        if reads
        else 0,
    }
    return show(request, listing, rows, template="incidents/cases.html", context=context)


@require_safe
def case(request: Request, key: str) -> HttpResponseBase:
    """The overview of one case."""
    viewer = request.viewer
    found = find_case(key, viewer)
    context = {
        **overview.tell(found, viewer, request.view_now),
        **remarks.context(f"{CASE}:{found.pk}", viewer),
        "counsel": counsel.papers_about(found, viewer),
        "may_open_again": (
            found.closed_at is not None
            and found.merged_into_id is None
            and viewer.changes
            and viewer.covers(Case.room)
            and asof.current() is None
        ),
    }
    return render(request, "incidents/case.html", framed(found, request, "case", **context))


@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: Request) -> HttpResponseBase:
    """Take up an incident that nobody reported here."""
    demand_triager(request.viewer)
    form = NewCaseForm(sent(request), content=plan_content(None))
    if form.is_valid():
        try:
            made = actions.open_case(request.viewer.actor, request.now, **form.cleaned_data)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The incident is open. Say next who does what."))
            return redirect("case", made.pk)
    return form_page(request, form, _("Open an incident"), _("Open it"), reverse("incidents"))
