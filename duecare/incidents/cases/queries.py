"""What every page of a case asks first: which case, and what the viewer may do with it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import NotFound, Refused
from duecare.incidents.cases.models import Case, IncidentReport, cases_held_by, works_in_cases
from duecare.ledger.naming import PERSON, actor_words
from duecare.ledger.viewers import Viewer, VisibleQuerySet
from duecare.program.models import Person
from duecare.program.remark_models import register_remarked
from duecare.program.remarks import register_remarking
from duecare.program.subjects import register_reference

CASE = "incidents.case"
REPORT = "incidents.incidentreport"
ALERT = "incidents.alert"

register_reference(CASE, lambda key: reverse("case", args=[key]))
register_reference(REPORT, lambda key: reverse("incident-report-of", args=[key]))
register_reference(ALERT, lambda key: reverse("alert", args=[key]))


def _works_on(key: str, viewer: Viewer) -> bool:
    return key in cases_held_by(viewer)


def _reported(key: str, viewer: Viewer) -> bool:
    own: bool = IncidentReport.objects.filter(pk=key, reported_by=viewer.actor).exists()
    return own


register_remarked(CASE, Case)
register_remarked(REPORT, IncidentReport)
register_remarking(CASE, _works_on)
register_remarking(REPORT, _reported)


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
    return works_in_cases(viewer) and case.pk in cases_held_by(viewer)


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


def demand_triager(viewer: Viewer) -> None:
    """Raises NotFound for who may not read the area, Refused for who only reads it."""
    if not viewer.reads or not viewer.covers(Case.room):
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    if not viewer.changes:
        raise Refused(_("An auditor changes nothing."), _("Ask an owner or a manager."))


def open_cases(viewer: Viewer, *, exercises: bool = True) -> VisibleQuerySet[Case]:
    """The open cases that the viewer may see, the newest first."""
    found: VisibleQuerySet[Case] = Case.objects.all().visible_to(viewer).filter(closed_at=None)
    if not exercises:
        found = found.filter(exercise=False)
    return found.order_by("-opened_at", "-id")


def workable_cases(viewer: Viewer) -> VisibleQuerySet[Case]:
    """The open cases that the viewer may change, the newest first."""
    found = open_cases(viewer)
    if viewer.changes and viewer.covers(Case.room):
        return found
    return found.filter(pk__in=cases_held_by(viewer)) if works_in_cases(viewer) else found.none()


def find_report(key: str, viewer: Viewer) -> IncidentReport:
    """The report, if the viewer may see it. Raises NotFound otherwise."""
    found: IncidentReport | None = (
        IncidentReport.objects.all().visible_to(viewer).select_related("case").filter(pk=key).first()
    )
    if found is None:
        raise NotFound(
            _("There is no such report, or none that you may see."), _("Look in the list of your reports.")
        )
    return found


def own_reports(viewer: Viewer) -> VisibleQuerySet[IncidentReport]:
    """What the viewer reported, the newest first."""
    found: VisibleQuerySet[IncidentReport] = (
        IncidentReport.objects.all()
        .visible_to(viewer)
        .filter(reported_by=viewer.actor)
        .select_related("case")
    )
    return found.order_by("-reported_at", "-id")


def waiting_reports(viewer: Viewer) -> VisibleQuerySet[IncidentReport]:
    """The reports that wait, the oldest first."""
    found: VisibleQuerySet[IncidentReport] = (
        IncidentReport.objects.all().visible_to(viewer).filter(triaged_at=None)
    )
    return found.order_by("reported_at", "id")


def names_of(actors: Iterable[str], viewer: Viewer) -> dict[str, str]:
    """Actors in words, by one query."""
    wanted = {actor for actor in actors if actor}
    keys = {actor.removeprefix(PERSON) for actor in wanted if actor.startswith(PERSON)}
    people = Person.objects.all().visible_to(viewer).filter(pk__in=keys) if keys else []
    names = {f"{PERSON}{person.pk}": person.name for person in people}
    return {actor: actor_words(actor, names.get(actor)) for actor in wanted}
