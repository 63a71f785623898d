"""What can be found of timelines: their entries."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.timeline.models import TimelineEntry
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, register_findable

WITHIN = 20_000
"""Entries that are looked through, the newest."""


def _entries(viewer: Viewer) -> QuerySet[TimelineEntry]:
    found: QuerySet[TimelineEntry] = TimelineEntry.objects.all().visible_to(viewer).select_related("case")
    return found


def _entry(row: TimelineEntry) -> Hit:
    note = _("struck") if row.struck_at else row.case.title
    return Hit(row.words[:200], reverse("timeline-entry", args=[row.case_id, row.pk]), note)


register_findable(
    Findable(
        "timelines",
        gettext_lazy("Timelines"),
        23,
        _entries,
        (("words", gettext_lazy("What happened")), ("source", gettext_lazy("Known from"))),
        _entry,
        within=WITHIN,
    )
)
