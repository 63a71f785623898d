"""Policies and claims as files that can be filled in and brought back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duecare.errors import NotFound
from duecare.ledger.viewers import Request
from duecare.risk.insurance.claims import spreadsheet as claim_sheet
from duecare.risk.insurance.doors import reader
from duecare.risk.insurance.policies import spreadsheet as policy_sheet
from duecare.risk.register.sheets import workbook
from duecare.web.exports import cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def policies(request: Request, format: str) -> HttpResponseBase:
    """The policies that nobody ended, as CSV or XLSX."""
    rows = policy_sheet.rows_told(reader(request))
    return _file(rows, format, _("Insurance policies"), "insurance-policies")


@require_safe
def claims(request: Request, format: str) -> HttpResponseBase:
    """All claims, as CSV or XLSX."""
    return _file(claim_sheet.rows_told(reader(request)), format, _("Insurance claims"), "insurance-claims")


def _file(told: Iterable[list[str]], format: str, title: str, name: str) -> HttpResponseBase:
    rows = [[cell(text) for text in row] for row in told]
    if format == "csv":
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        answer = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    elif format == "xlsx":
        answer = HttpResponse(workbook(rows, title, texts=True), content_type=XLSX)
    else:
        raise NotFound(_("There is no such file."), _("There are CSV and XLSX."))
    answer["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return answer
