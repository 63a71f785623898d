"""What the head of every page of a case says of it: how grave it is, its kind and its phase."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.incidents.cases.frame import Note, register_noting
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.naming import kind_name, severity_name
from duecare.incidents.cases.phases import phase_of
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.viewers import Viewer


def notes(case: Case, viewer: Viewer, now: datetime) -> Iterator[Note]:
    """Severity, kind and phase, each as far as somebody has said it."""
    content = plan_content(case)
    if case.severity:
        yield Note(_("Severity"), severity_name(content, case.severity))
    if case.kind:
        yield Note(_("Kind"), kind_name(content, case.kind))
    if case.closed_at is None:
        yield Note(_("Phase"), str(phase_of(case.phase).name))


register_noting(notes)
