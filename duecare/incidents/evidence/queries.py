"""Who may take evidence out of a case, and finding a piece of it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from duecare.errors import NotFound, Refused
from duecare.incidents.cases.models import Case, cases_held_by, works_in_cases
from duecare.incidents.cases.queries import find_case
from duecare.incidents.evidence.models import Evidence
from duecare.ledger.viewers import Request, Viewer


def find_evidence(case: Case, key: str, viewer: Viewer) -> Evidence:
    """The evidence of that case. Raises NotFound."""
    found: Evidence | None = Evidence.objects.all().visible_to(viewer).filter(case=case, pk=key).first()
    if found is None:
        raise NotFound(_("There is no such evidence in this case."), _("Look in its list of evidence."))
    return found


def taken_from(request: Request, key: str) -> Case:
    """The case, open or closed, if the viewer may take evidence out. Raises NotFound or Refused."""
    case = find_case(key, request.viewer)
    if not may_take(case, request.viewer):
        raise Refused(
            _("You may read this case, and take nothing out of it."),
            _("Ask whoever works on it to hand it to you; that is written into its custody."),
        )
    return case


def may_take(case: Case, viewer: Viewer) -> bool:
    """Whether the viewer may take evidence out: as who works on a case, also once it is closed."""
    if viewer.changes and viewer.covers(Case.room):
        return True
    return works_in_cases(viewer) and case.pk in cases_held_by(viewer)
