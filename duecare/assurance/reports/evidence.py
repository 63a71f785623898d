"""What several reports tell: where a record stands in the ledger, who asks for a safeguard, days in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.ledger.browsing import entries_in_view
from duecare.ledger.merkle import leaf_hash
from duecare.ledger.models import Entry
from duecare.ledger.viewers import Viewer
from duecare.program.judgement import Grade
from duecare.program.models import Finding
from duecare.program.posture import Standing, State
from duecare.web.figures import short_day
from duecare.web.moments import exact

GRADES = [grade.value for grade in Grade]
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a record's state stands in the ledger."""

    index: int
    leaf: str
    """Hash of the entry's leaf, 64 hex."""

    @property
    def words(self) -> str:
        return _("entry %(index)s, leaf %(leaf)s") % {"index": self.index, "leaf": self.leaf}


def placed(kind: str, keys: Collection[str], viewer: Viewer) -> dict[str, Placed]:
    """The newest entry about each of these records of a kind, within the view in force."""
    entries = entries_in_view(viewer).filter(kind=kind, subject__in=list(keys))
    newest = [index for _key, index in entries.values_list("subject").annotate(newest=Max("index"))]
    rows = entries_in_view(viewer).filter(index__in=newest).values_list("subject", "index", "leaf")
    return {subject: Placed(index, leaf_hash(bytes(leaf)).hex()) for subject, index, leaf in rows}


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


def day(value: date | datetime | None) -> str:
    """A day in words, of a moment in the organisation's zone; a dash for none."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return short_day(value)


def moment(value: datetime | None) -> str:
    """A moment to the minute, with its zone; a dash for none."""
    return NOTHING if value is None else exact(value)


def record_began(viewer: Viewer) -> datetime:
    """Server time of the first entry, whatever day is being viewed. Raises BadInput if there is none."""
    first: Entry | None = Entry.objects.all().visible_to(viewer).order_by("index").first()
    if first is None:
        raise BadInput(_("The record is empty: there is nothing to report."), _("Assess a machine first."))
    return first.time
