"""Reports for programs: those that were issued, making one, and taking one away."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router

from duecare.assurance import views
from duecare.assurance.actions import issue
from duecare.assurance.forms import FORMS
from duecare.assurance.models import IssuedReport
from duecare.assurance.reports import find_report
from duecare.assurance.reports.evidence import record_began
from duecare.errors import BadInput
from duecare.ledger.viewers import Request, Scope, Viewer, demand_whole
from duecare.program.papers.patience import demand_patience
from duecare.program.papers.placing import placed
from duecare.web.api import cleaned, download, endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Words

router = Router(tags=["Reports"])


class IssuedAnswer(Answer):
    """A report as it was handed out."""

    id: str
    report: str
    about: str
    title: str
    first_day: date
    last_day: date
    instant: Moment
    """The moment it speaks from."""
    size: int
    """How many entries it rests on."""
    checkpoint: int
    """Size of the checkpoint that it prints."""
    pdf: str
    """SHA-256 of the file, 64 hex."""
    length: int
    program: str
    made_by: str
    made_at: Moment
    entry: int | None
    """Index of the entry that it was made by."""


class MakeReport(Body):
    """What a report is to tell. Each kind takes its own: a day, a quarter, or what it is about and a day."""

    report: Literal["posture", "board", "binder", "incident", "risk"]
    day: Day | None = None
    quarter: Line | None = None
    """Such as 2026-Q3."""
    about: Line | None = None
    """`safeguard:<id>` or `obligation:<id>` of a binder, `case:<key>` of an incident."""
    asks: Words | None = None


def _told(row: IssuedReport, viewer: Viewer) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in IssuedAnswer.model_fields if name != "entry"}
    place = placed(views.KIND, [row.pk], viewer).get(row.pk)
    return {**told, "entry": place.index if place else None}


@endpoint(router, "GET", "/reports", Scope.READ, rows_of(views.ISSUED), listing=views.ISSUED)
def list_reports(request: Request) -> Any:
    """The reports that were issued, newest first."""
    return list_rows(request, views.ISSUED, views.rows(demand_whole(request)))


@endpoint(router, "POST", "/reports", Scope.REPORTS, IssuedAnswer, status=201)
def make_report(request: Request, body: MakeReport) -> Any:
    """Make a report; it takes some seconds."""
    viewer, report = views.demand_maker(request), find_report(body.report)
    given = {name: value for name, value in body.model_dump(exclude={"report"}).items() if value is not None}
    form = FORMS[report.id](given, now=request.now, began=record_began(viewer))
    for name in given.keys() - form.fields.keys():
        raise BadInput(
            _("The report “%(report)s” takes no %(name)s.") % {"report": report.id, "name": name},
            _("It takes %s.") % ", ".join(form.fields),
            name,
        )
    cleaned(form)
    demand_patience(viewer, "report")
    return _told(issue(viewer, report, form.asked(), request.now), viewer)


@endpoint(router, "GET", "/reports/{key}", Scope.READ, IssuedAnswer)
def one_report(request: Request, key: Key) -> Any:
    """One issued report: what it rests on."""
    viewer = demand_whole(request)
    return _told(views.find_issued(key, viewer), viewer)


@endpoint(router, "GET", "/reports/{key}/pdf", Scope.READ, extra=download("application/pdf"))
def download_pdf(request: Request, key: Key) -> HttpResponseBase:
    """The report itself."""
    return views.issued_report_file(request, key)
