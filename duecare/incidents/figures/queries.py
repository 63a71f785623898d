"""The figures over all incidents that a viewer may see: which are counted, and how long they took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from duecare.incidents.cases.models import Case
from duecare.incidents.cases.naming import kind_name, severity_name
from duecare.incidents.figures.counting import Counted, Group, Row, groups
from duecare.incidents.plans.queries import plan_content
from duecare.incidents.timeline import queries as timeline
from duecare.incidents.timeline.times import Figure
from duecare.ledger.viewers import Viewer


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of one moment."""

    incidents: int
    """Cases that are or were incidents: no exercises, none that went up in another, none that was none."""
    open: int
    """Of these, those that are open."""
    none: int
    """Cases that were closed as no incident; they are not counted further."""
    groups: tuple[Group, ...]
    times: tuple[Figure, ...]
    """Over those that are closed."""


def figures(viewer: Viewer) -> Figures:
    """The figures of the day that is being viewed: four queries, whatever the number of cases."""
    rows = Case.objects.all().visible_to(viewer).filter(exercise=False, merged_into=None)
    counted = rows.exclude(closed_as__in=("no incident", "merged"))
    plan = plan_content(None)
    told = [
        Counted(kind, severity, f"{timezone.localtime(opened):%Y-%m}", classified)
        for kind, severity, opened, classified in counted.values_list(
            "kind", "severity", "opened_at", "classified"
        ).iterator()
    ]
    found = groups(
        told,
        {id: kind_name(plan, id) for id in plan.playbooks},
        {one.id: severity_name(plan, one.id) for one in plan.severities},
    )
    return Figures(
        len(told),
        counted.filter(closed_at=None).count(),
        rows.filter(closed_as="no incident").count(),
        tuple(_with_months(group) if group.id == "month" else group for group in found),
        timeline.figures(viewer),
    )


def _with_months(group: Group) -> Group:
    """The months by name."""

    def named(row: Row) -> Row:
        year, _dash, month = row.value.partition("-")
        words = _("%(month)s %(year)s") % {"month": MONTHS[int(month)], "year": year}
        return Row(row.value, words, row.count)

    return Group(group.id, group.name, tuple(named(row) for row in group.rows))


def flat(found: Figures) -> Iterator[Mapping[str, Any]]:
    """One line a number, for files and programs: its group, its value, how many, and of how many."""
    for group in found.groups:
        for row in group.rows:
            yield {
                "figure": f"incidents by {group.id}",
                "value": row.value or "not said",
                "number": row.count,
                "of": found.incidents,
                "unit": "incidents",
            }
    for time in found.times:
        yield {
            "figure": f"time to {time.of.id}, median",
            "value": f"from {time.of.first} to {time.of.last}",
            "number": None if time.median is None else int(time.median.total_seconds()) // 60,
            "of": time.known,
            "unit": "minutes",
        }
        yield {
            "figure": f"time to {time.of.id}, unknown",
            "value": f"from {time.of.first} to {time.of.last}",
            "number": time.unknown,
            "of": time.known + time.unknown,
            "unit": "incidents",
        }


def opened_in(moment: datetime) -> tuple[int, int]:
    """Year and month of a moment where the organisation is."""
    local = timezone.localtime(moment)
    return local.year, local.month
