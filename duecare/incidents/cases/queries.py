"""What every page of a case asks first: which case, and what the viewer may do with it."""

from __future__ import annotations

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import NotFound, Refused
from duecare.incidents.cases.models import Case, CaseRole
from duecare.ledger.viewers import Viewer
from duecare.program.subjects import register_reference

CASE = "incidents.case"
REPORT = "incidents.incidentreport"
ALERT = "incidents.alert"

register_reference(CASE, lambda key: reverse("case", args=[key]))
register_reference(REPORT, lambda key: reverse("incident-report-of", args=[key]))
register_reference(ALERT, lambda key: reverse("alert", args=[key]))


def find_case(key: str, viewer: Viewer) -> Case:
    """The case, if the viewer may see it. Raises NotFound otherwise."""
    found: Case | None = Case.objects.all().visible_to(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(
            _("There is no such case, or none that you may see."), _("Look in the list of incidents.")
        )
    return found


def may_work(case: Case, viewer: Viewer) -> bool:
    """Whether the viewer may change a case: those who change things in the area, and who has a role in it."""
    if case.closed_at is not None:
        return False
    if viewer.changes and viewer.covers(Case.room):
        return True
    if not viewer.person:
        return False
    held: bool = CaseRole.objects.filter(case=case, person=viewer.person, ended_at=None).exists()
    return held


def demand_worker(case: Case, viewer: Viewer) -> None:
    """Raises Refused, saying why, for who may only read the case."""
    if case.closed_at is not None:
        raise Refused(_("This case is closed."), _("Open it again on its page if there is more to do."))
    if not may_work(case, viewer):
        raise Refused(
            _("You may read this case, and change nothing."), _("Ask who leads it to give you a role.")
        )


def next_number() -> int:
    """The number of the next case; asked within the act that opens it."""
    most = Case.objects.aggregate(most=Max("number"))["most"]
    return (most or 0) + 1
