"""The reports there are. Each is a module that gathers what it tells; all are set by `program/papers`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _

from duecare.assurance.reports.binder import BINDER
from duecare.assurance.reports.board import BOARD
from duecare.assurance.reports.incident import INCIDENT
from duecare.assurance.reports.interface import Report
from duecare.assurance.reports.posture import POSTURE
from duecare.assurance.reports.risk import RISK
from duecare.errors import NotFound

REPORTS: Mapping[str, Report] = MappingProxyType(
    {one.id: one for one in (POSTURE, BOARD, BINDER, INCIDENT, RISK)}
)
"""By id, in the order in which pages offer them."""


def find_report(id: str) -> Report:
    """The report with that id. Raises NotFound."""
    found = REPORTS.get(id)
    if found is None:
        raise NotFound(_("There is no such report."), _("Choose one on the page of the reports."))
    return found
