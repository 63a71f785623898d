"""Reporting, by anybody who is signed in, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError
from duecare.incidents.cases.forms import ReportForm
from duecare.incidents.cases.models import IncidentReport
from duecare.incidents.cases.naming import kind_name
from duecare.incidents.cases.pages import sent
from duecare.incidents.cases.queries import REPORT, find_report, names_of, open_cases, own_reports
from duecare.incidents.cases.report_actions import MOST_FILES, File, report
from duecare.incidents.cases.telling import was_anybody_told
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.viewers import Request
from duecare.program import remarks
from duecare.program.remarks import SIZE_LIMIT
from duecare.web.uploads import demand_size

LISTED = 20


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report_new(request: Request) -> HttpResponseBase:
    """Tell what may be wrong. The size is looked at before the form is read."""
    demand_size(request, MOST_FILES * SIZE_LIMIT, _("Leave files out, and say where they are."))
    return _report_new(request)


@csrf_protect
def _report_new(request: Request) -> HttpResponseBase:
    viewer = request.viewer
    content = plan_content(None)
    zone = str(timezone.get_current_timezone())
    form = ReportForm(sent(request), request.FILES or None, content=content, zone=zone)
    if form.is_valid():
        values = form.cleaned_data
        try:
            files = [File(one.name or "", one.read()) for one in values["file"]]
            noticed = values["noticed"].at if values["noticed"] else None
            made = report(
                viewer.actor,
                values["words"],
                request.now,
                kind=values["kind"],
                noticed_at=noticed,
                files=files,
            )
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            if was_anybody_told(made):
                messages.success(
                    request, _("Thank you. Those who must know are told; do not erase anything now.")
                )
            else:
                messages.warning(
                    request,
                    _(
                        "Thank you, it is kept. Nobody could be told by mail. Call whoever leads here. "
                        "Do not erase anything now."
                    ),
                )
            return redirect("incident-report-of", made.pk)
    context = {
        "form": form,
        "zone": zone,
        "advice": _advice(),
        "reports": [_told(one) for one in own_reports(viewer)[:LISTED]],
        "cases": [] if viewer.reads else list(open_cases(viewer)[:LISTED]),
    }
    return render(request, "incidents/report.html", context, status=400 if form.errors else 200)


def _advice() -> list[str]:
    """What to do meanwhile, whatever it is."""
    return [
        _("Leave the computer on, and take it off the network: pull the cable, switch Wi-Fi off."),
        _("Do not delete the mail, the file or the message, and do not answer it."),
        _("If you typed your password somewhere, say so above, and change it on another computer."),
        _("If money was sent, call the bank now, then report."),
        _("You do right to tell. Nobody is blamed for a report."),
    ]


def state_of(row: IncidentReport) -> tuple[str, str]:
    """What became of a report: a word of `web/words.py` for its look, and what to say."""
    if row.triaged_at is None:
        return "waiting", _("It waits to be looked at.")
    if row.case is None:
        return "ended", _("It is no incident.")
    if row.case.closed_at is None:
        return "taken up", _("It was taken up; people work on it.")
    if row.case.closed_as == "no incident":
        return "ended", _("It was looked into, and is no incident.")
    return "done", _("It was dealt with.")


def _told(row: IncidentReport) -> dict[str, Any]:
    state, words = state_of(row)
    return {"report": row, "state": state, "words": words}


@require_safe
def report_of(request: Request, key: str) -> HttpResponseBase:
    """One report, with what became of it."""
    viewer = request.viewer
    found = find_report(key, viewer)
    state, words = state_of(found)
    names = names_of([found.reported_by, found.triaged_by], viewer)
    triages = viewer.changes and viewer.covers(IncidentReport.room) and found.triaged_at is None
    context = {
        "report": found,
        "state": state,
        "state_words": words,
        "kind": kind_name(plan_content(None), found.kind),
        "by": names.get(found.reported_by, ""),
        "triaged_by": names.get(found.triaged_by, ""),
        "case": found.case if found.case and open_to(request, found) else None,
        "may_wait": (
            viewer.changes
            and viewer.covers(IncidentReport.room)
            and found.triaged_at is not None
            and found.case_id is None
        ),
        "triage_url": reverse("triage-report", args=[key]) if triages else "",
        **remarks.context(f"{REPORT}:{found.pk}", viewer),
    }
    return render(request, "incidents/report_of.html", context)


def open_to(request: Request, row: IncidentReport) -> bool:
    """Whether the viewer may see the case to which a report was put."""
    rows = type(row.case).objects.all().visible_to(request.viewer) if row.case else None
    return rows is not None and rows.filter(pk=row.case_id).exists()
