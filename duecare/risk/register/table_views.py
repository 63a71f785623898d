"""The register as a file that can be filled in and brought back."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duecare.errors import NotFound
from duecare.ledger.viewers import Request, demand_area
from duecare.risk.register import effect_sheet
from duecare.risk.register.queries import terms
from duecare.risk.register.spreadsheets import rows_told
from duecare.risk.rooms import ROOM
from duecare.risk.table_files import table_file


@require_safe
def table(request: Request, format: str) -> HttpResponseBase:
    """The standing scenarios, as CSV or XLSX."""
    viewer = demand_area(request, ROOM)
    found = terms(viewer)
    if found is None:
        raise NotFound(_("The terms of risk are not set yet."), _("Set the currency first."))
    return table_file(rows_told(viewer, found.currency), format, _("Scenarios"), "risk-scenarios")


@require_safe
def effects_table(request: Request, format: str) -> HttpResponseBase:
    """What is said of safeguards on the standing scenarios, as CSV or XLSX."""
    viewer = demand_area(request, ROOM)
    told = effect_sheet.rows_told(viewer)
    return table_file(told, format, _("What safeguards take away"), "risk-effects")
