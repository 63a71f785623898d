"""What several reports tell: findings that are open, the grade of evidence, when the record began."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.ledger.models import Entry
from duecare.ledger.viewers import Viewer
from duecare.program.judgement import Grade
from duecare.program.models import Finding
from duecare.program.posture import Standing, State

GRADES = [grade.value for grade in Grade]


def open_findings(viewer: Viewer) -> dict[str, int]:
    """How many findings are open, by safeguard."""
    rows = Finding.objects.all().visible_to(viewer).filter(closed_at=None)
    return dict(rows.order_by().values_list("safeguard").annotate(count=Count("pk")))


def grade_of(standing: Standing) -> str:
    """The weakest grade of the evidence that a safeguard's state rests on, in words; empty without any."""
    if standing.state is State.STATED:
        return _(Grade.STATED.value)
    found = [GRADES.index(one.grade) for one in standing.found if one.grade in GRADES]
    return _(GRADES[max(found)]) if found else ""


def where_of(row: Finding) -> str:
    """What a finding is about, by name."""
    return f"{row.subject_name} · {row.item}" if row.item else row.subject_name


def record_began(viewer: Viewer) -> datetime:
    """Server time of the first entry, whatever day is being viewed. Raises BadInput if there is none."""
    first: Entry | None = Entry.objects.all().visible_to(viewer).order_by("index").first()
    if first is None:
        raise BadInput(_("The record is empty: there is nothing to report."), _("Assess a machine first."))
    return first.time
