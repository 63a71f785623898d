"""The register as a file that can be filled in and brought back."""

from __future__ import annotations

import csv
import io

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duecare.errors import NotFound
from duecare.ledger.viewers import Request, demand_area
from duecare.risk.register.queries import terms
from duecare.risk.register.sheets import workbook
from duecare.risk.register.spreadsheets import rows_told
from duecare.risk.rooms import ROOM
from duecare.web.exports import cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def table(request: Request, format: str) -> HttpResponseBase:
    """The standing scenarios, as CSV or XLSX."""
    viewer = demand_area(request, ROOM)
    found = terms(viewer)
    if found is None:
        raise NotFound(_("The terms of risk are not set yet."), _("Set the currency first."))
    rows = [[cell(text) for text in row] for row in rows_told(viewer, found.currency)]
    if format == "csv":
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        answer = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    elif format == "xlsx":
        answer = HttpResponse(workbook(rows, _("Scenarios")), content_type=XLSX)
    else:
        raise NotFound(_("There is no such file."), _("There are CSV and XLSX."))
    answer["Content-Disposition"] = f'attachment; filename="risk-scenarios.{format}"'
    return answer
