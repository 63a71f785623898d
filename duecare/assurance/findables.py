"""What of assurance can be found: the reports that were issued, and those that can be."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.assurance.models import IssuedReport
from duecare.assurance.reports import REPORTS
from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf


def _issued(viewer: Viewer) -> QuerySet[IssuedReport]:
    found: QuerySet[IssuedReport] = IssuedReport.objects.all().visible_to(viewer)
    return found


def _hit(row: IssuedReport) -> Hit:
    issued = _("issued on %s") % date_format(row.made_at, "SHORT_DATE_FORMAT")
    return Hit(row.title, reverse("issued-report", args=[row.pk]), issued)


def _actions(viewer: Viewer) -> Iterator[Thing]:
    if viewer.changes and viewer.areas is None and asof.current() is None:
        for id, report in REPORTS.items():
            yield Thing(_("Make a report: %s") % report.title, reverse("report-new", args=[id]))


register_shelf(Shelf("assurance-actions", gettext_lazy("Do in Assurance"), 7, _actions))
register_findable(
    Findable(
        "issued",
        gettext_lazy("Reports that were issued"),
        48,
        _issued,
        (("title", gettext_lazy("Title")),),
        _hit,
        digests=("pdf",),
    )
)
