"""What the head of every page of a case says of it: how grave it is, and its phase."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.incidents.cases.frame import Note, register_noting
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.naming import severity_name
from duecare.incidents.cases.phases import phase_of
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.viewers import Viewer


def notes(case: Case, viewer: Viewer, now: datetime) -> Iterator[Note]:
    """Severity and phase, each as far as it is said."""
    if case.severity:
        yield Note(_("Severity"), severity_name(plan_content(case), case.severity))
    if case.closed_at is None:
        yield Note(_("Phase"), str(phase_of(case.phase).name))


register_noting(notes)
