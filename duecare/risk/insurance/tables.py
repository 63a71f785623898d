"""Policies and claims as files that can be filled in and brought back."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duecare.ledger.viewers import Request
from duecare.risk.insurance.claims import spreadsheet as claim_sheet
from duecare.risk.insurance.doors import reader
from duecare.risk.insurance.policies import spreadsheet as policy_sheet
from duecare.risk.table_files import table_file


@require_safe
def policies(request: Request, format: str) -> HttpResponseBase:
    """The policies that nobody ended, as CSV or XLSX."""
    rows = policy_sheet.rows_told(reader(request))
    return table_file(rows, format, _("Insurance policies"), "insurance-policies")


@require_safe
def claims(request: Request, format: str) -> HttpResponseBase:
    """All claims, as CSV or XLSX."""
    rows = claim_sheet.rows_told(reader(request))
    return table_file(rows, format, _("Insurance claims"), "insurance-claims")
