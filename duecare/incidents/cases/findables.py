"""What of cases and reports can be found, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.cases.models import Affected, Case, IncidentReport
from duecare.incidents.cases.naming import called
from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf


def _actions(viewer: Viewer) -> Iterator[Thing]:
    if asof.current() is not None or not viewer.roles:
        return
    yield Thing(_("Report what may be an incident"), reverse("incident-report"), texts=("alarm attack lost",))
    if viewer.changes and viewer.covers(Case.room):
        yield Thing(_("Judge what waits"), reverse("incidents-waiting"), texts=("triage reports alerts",))
        yield Thing(_("Open an incident"), reverse("case-new"), texts=("case",))


def _cases(viewer: Viewer) -> QuerySet[Case]:
    found: QuerySet[Case] = Case.objects.all().visible_to(viewer)
    return found


def _case(row: Case) -> Hit:
    note = called(row.number, row.exercise)
    if row.closed_at is not None:
        note = _("%(case)s, closed %(day)s") % {
            "case": note,
            "day": date_format(row.closed_at, "SHORT_DATE_FORMAT"),
        }
    return Hit(row.title, reverse("case", args=[row.pk]), note)


def _reports(viewer: Viewer) -> QuerySet[IncidentReport]:
    found: QuerySet[IncidentReport] = IncidentReport.objects.all().visible_to(viewer)
    return found


def _report(row: IncidentReport) -> Hit:
    day = date_format(row.reported_at, "SHORT_DATE_FORMAT")
    return Hit(str(row), reverse("incident-report-of", args=[row.pk]), _("reported %s") % day)


def _affected(viewer: Viewer) -> QuerySet[Affected]:
    rows = Affected.objects.all().visible_to(viewer).filter(removed_at=None).select_related("case")
    found: QuerySet[Affected] = rows
    return found


def _touched(row: Affected) -> Hit:
    return Hit(
        row.name,
        reverse("case-affected", args=[row.case_id]),
        _("affected by %s") % called(row.case.number, row.case.exercise),
    )


register_shelf(Shelf("incident-actions", gettext_lazy("Do in Incidents"), 5, _actions, offered=True))
register_findable(
    Findable(
        "incidents",
        gettext_lazy("Incidents"),
        12,
        _cases,
        (("title", gettext_lazy("Title")), ("summary", gettext_lazy("What is known"))),
        _case,
    )
)
register_findable(
    Findable(
        "incident-reports",
        gettext_lazy("Reports of what may be an incident"),
        13,
        _reports,
        (("words", gettext_lazy("What was seen")),),
        _report,
    )
)
register_findable(
    Findable(
        "affected",
        gettext_lazy("Affected by an incident"),
        14,
        _affected,
        (("name", gettext_lazy("Name")), ("words", gettext_lazy("What is known of it"))),
        _touched,
    )
)
