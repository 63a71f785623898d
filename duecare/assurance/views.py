"""Pages of the reports: those that were issued, making one, and taking one away."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import OuterRef, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from duecare.assurance.actions import issue
from duecare.assurance.forms import FORMS, AskForm
from duecare.assurance.models import IssuedReport
from duecare.assurance.quarters import Quarter
from duecare.assurance.reports import REPORTS, find_report
from duecare.assurance.reports.evidence import record_began
from duecare.errors import NotFound, Refused
from duecare.ledger import asof, blobs
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.viewers import Request, Viewer, demand_whole
from duecare.program.papers.patience import demand_patience
from duecare.program.papers.placing import placed
from duecare.web.figures import short_day
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

KIND = "assurance.issuedreport"


def demand_maker(request: Request) -> Viewer:
    """The viewer, if they may make reports. Raises Refused for one who may only read, else NotFound."""
    viewer = demand_whole(request)
    if not viewer.changes:
        raise Refused(_("Only an owner, a manager or an approver makes reports."), _("Ask one of them."))
    return viewer


def _days(row: IssuedReport) -> str:
    """The day or days that a report tells of."""
    if row.first_day == row.last_day:
        return short_day(row.last_day)
    return f"{short_day(row.first_day)} – {short_day(row.last_day)}"


ISSUED: Listing[IssuedReport] = Listing(
    name="issued",
    caption=gettext_lazy("Reports that were issued"),
    columns=(
        Column(
            "title",
            gettext_lazy("Report"),
            lambda row: row.title,
            link=lambda row: reverse("issued-report", args=[row.pk]),
        ),
        Column(
            "days",
            gettext_lazy("Tells of"),
            _days,
            export=lambda row: " – ".join(
                day.isoformat() for day in dict.fromkeys((row.first_day, row.last_day))
            ),
        ),
        Column("size", gettext_lazy("Entries it rests on"), lambda row: row.size, Kind.NUMBER),
        Column(
            "made_by",
            gettext_lazy("Made by"),
            lambda row: actor_words(row.made_by, getattr(row, "maker", None)),
        ),
        Column("made", gettext_lazy("Made"), lambda row: row.made_at, Kind.DATE, order="made_at"),
    ),
    sort=("-made_at",),
    filters=(
        Filter(
            "report",
            gettext_lazy("Kind"),
            "report",
            choices=tuple((one.id, one.title) for one in REPORTS.values()),
        ),
        Filter("since", gettext_lazy("Made since"), "made_at", FilterKind.SINCE),
        Filter("until", gettext_lazy("Made until"), "made_at", FilterKind.UNTIL),
    ),
    empty=Empty(
        gettext_lazy("No report was issued yet"),
        gettext_lazy("An owner, a manager or an approver makes one above."),
    ),
)


def rows(viewer: Viewer) -> QuerySet[IssuedReport]:
    return IssuedReport.objects.all().visible_to(viewer).annotate(maker=name_of(OuterRef("made_by")))


def find_issued(key: str, viewer: Viewer) -> IssuedReport:
    found: IssuedReport | None = rows(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such report."), _("Look in the list of reports."))
    return found


@require_safe
def reports(request: Request) -> HttpResponseBase:
    """The reports that were issued, and those that can be made."""
    viewer = demand_whole(request)
    may_make = viewer.changes and asof.current() is None
    context = {"kinds": list(REPORTS.values()), "may_make": may_make}
    return show(request, ISSUED, rows(viewer), template="assurance/reports.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
def report_new(request: Request, id: str) -> HttpResponseBase:
    """Ask for a report; it is made while the browser waits, a few seconds."""
    viewer, report = demand_maker(request), find_report(id)
    form = _form(request, id, viewer)
    if form.is_valid():
        demand_patience(viewer, "report")
        made = issue(viewer, report, form.asked(), request.now)
        messages.success(request, _("The report was made, and that it was made is on the record."))
        return redirect("issued-report", made.pk)
    context = {"form": form, "report": report}
    return render(request, "assurance/report_form.html", context, status=400 if form.errors else 200)


def _form(request: Request, id: str, viewer: Viewer) -> AskForm:
    given = {"now": request.now, "began": record_began(viewer)}
    if request.method == "POST":
        return FORMS[id](request.POST, **given)
    viewed = timezone.localtime(request.view_now).date()
    initial = {"day": viewed, "quarter": str(Quarter.of(viewed)), "about": request.GET.get("about", "")}
    return FORMS[id](initial=initial, **given)


@require_safe
def issued_report(request: Request, key: str) -> HttpResponseBase:
    """One issued report: what it rests on, and what ties it to the record."""
    viewer = demand_whole(request)
    row = find_issued(key, viewer)
    context = {
        "row": row,
        "days": _days(row),
        "maker": actor_words(row.made_by, getattr(row, "maker", None)),
        "kind": REPORTS[row.report].title if row.report in REPORTS else row.report,
        "entry": placed(KIND, [row.pk], viewer).get(row.pk),
    }
    return render(request, "assurance/issued_report.html", context)


@require_safe
def issued_report_file(request: Request, key: str) -> HttpResponseBase:
    """The PDF, always as a download."""
    row = find_issued(key, demand_whole(request))
    name = slugify(f"{row.title} {row.last_day.isoformat()}")[:120] or "report"
    response = HttpResponse(blobs.fetch(row.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
