"""What is asked of timelines: an entry, the milestones of a case, and how long cases took."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from duecare.errors import DuecareError, NotFound
from duecare.incidents.cases.models import Case
from duecare.incidents.notices.law_of_case import law_of, law_today
from duecare.incidents.timeline import times
from duecare.incidents.timeline.models import TimelineEntry
from duecare.law.moments import Moment
from duecare.law.obligations import Register
from duecare.ledger.viewers import Viewer


def find_entry(case: Case, key: str, viewer: Viewer) -> TimelineEntry:
    """The entry of that case. Raises NotFound."""
    found: TimelineEntry | None = (
        TimelineEntry.objects.all()
        .visible_to(viewer)
        .filter(case=case, pk=key)
        .select_related("instead_of")
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such entry in this timeline."), _("Look at the timeline."))
    return found


def register_of(case: Case) -> Register:
    """The law by which a case is counted; that of today where the case's own cannot be read.

    Its clocks say that it cannot; what happened has to be written down all the same.
    """
    try:
        return law_of(case).content.register
    except DuecareError:
        return law_today().register


def moment_of(entry: TimelineEntry) -> Moment:
    """When it happened."""
    return Moment(entry.happened_at, entry.zone, entry.whole_day)


def marks_of(case: Case) -> dict[str, Moment]:
    """The milestones of a case that are known: by id, when they were reached."""
    return marks_of_cases([case])[case.pk]


def marks_of_cases(cases: Iterable[Case]) -> dict[str, dict[str, Moment]]:
    """The same of several cases, by the case's key; one query."""
    wanted = [case.pk for case in cases]
    rows = TimelineEntry.objects.filter(case__in=wanted, struck_at=None).exclude(mark="")
    told: dict[str, list[tuple[str, Moment]]] = {key: [] for key in wanted}
    for row in rows.order_by("happened_at", "id"):
        told[row.case_id].append((row.mark, moment_of(row)))
    return {key: times.marks_of(entries) for key, entries in told.items()}


def times_of(case: Case) -> tuple[times.Took, ...]:
    """How long the case took until it was detected, contained, recovered."""
    return times.times(marks_of(case))


def figures(viewer: Viewer) -> tuple[times.Figure, ...]:
    """The three times over all closed incidents that the viewer may see: no exercises, no false alarms."""
    cases = Case.objects.all().visible_to(viewer).filter(exercise=False, closed_as="resolved")
    return times.figures(marks_of_cases(cases).values())
