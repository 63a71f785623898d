"""The open incidents as the home page tells them."""

from __future__ import annotations

from dataclasses import dataclass

from duecare.incidents.cases.models import Case
from duecare.incidents.cases.naming import called, severity_name
from duecare.incidents.cases.phases import phase_of
from duecare.incidents.cases.queries import open_cases
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.viewers import Viewer
from duecare.words import Text

LISTED = 5


@dataclass(frozen=True, slots=True)
class Told:
    """An open incident in a line."""

    case: Case
    called: str
    severity: str
    phase: Text


def told_open(viewer: Viewer) -> list[Told]:
    """The open incidents that the viewer may see, the gravest first, then the oldest; exercises last."""
    rows = list(open_cases(viewer)[:100])
    if not rows:
        return []
    content = plan_content(None)
    order = [one.id for one in content.severities]
    rows.sort(
        key=lambda row: (
            row.exercise,
            order.index(row.severity) if row.severity in order else len(order),
            row.opened_at,
        )
    )
    return [
        Told(
            row,
            called(row.number, row.exercise),
            severity_name(content, row.severity),
            phase_of(row.phase).name,
        )
        for row in rows[:LISTED]
    ]
