"""The timeline of a case as a list: what stands in it, in the order in which it happened or was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.cases.models import Case
from duecare.incidents.timeline import telling
from duecare.incidents.timeline.kinds import KINDS, LATE
from duecare.incidents.timeline.milestones import MILESTONES, OF_ID
from duecare.incidents.timeline.models import TimelineEntry
from duecare.incidents.timeline.queries import register_of
from duecare.law.obligations import Register
from duecare.law.saying import event_words
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.viewers import Viewer
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.words import status

SHOWN = 300
"""Characters of an entry that the list shows; its page has all."""
DAY = timedelta(days=1)
IN_FILES = frozenset(
    ("id", "whole_day", "zone", "kind", "milestone", "trigger", "obligation", "techniques", "source", "late",
     "struck", "struck_because", "recorded_by")
)  # fmt: skip
"""Columns that only CSV and JSON have: on the page they stand together in one."""

_LATE = Q(observed_at=None, whole_day=False, recorded_at__gt=F("happened_at") + LATE) | Q(
    observed_at=None, whole_day=True, recorded_at__gt=F("happened_at") + LATE + DAY
)
LATE_ROWS = _LATE | Q(recorded_at__gt=F("observed_at") + LATE)
_NOT_AFTER = Q(whole_day=False, recorded_at__lte=F("happened_at") + LATE) | Q(
    whole_day=True, recorded_at__lte=F("happened_at") + LATE + DAY
)
# Not `~LATE_ROWS`: where nobody says when it was seen, that is neither true nor false in SQL.
IN_TIME_ROWS = (Q(observed_at=None) & _NOT_AFTER) | Q(recorded_at__lte=F("observed_at") + LATE)
STATES = {"standing": Q(struck_at=None), "struck": Q(struck_at__isnull=False)}


def rows_of(case: Case, viewer: Viewer) -> QuerySet[TimelineEntry]:
    """The entries of a case that the viewer may see, with what the list needs of them."""
    rows: QuerySet[TimelineEntry] = TimelineEntry.objects.all().visible_to(viewer).filter(case=case)
    return rows.annotate(
        recorder=name_of(OuterRef("recorded_by")), written_techniques=Cast("techniques", TextField())
    )


def _words(row: TimelineEntry) -> SafeString:
    text = row.words if len(row.words) <= SHOWN else f"{row.words[: SHOWN - 1]}…"
    return format_html("<s>{}</s>", text) if row.struck_at else format_html("{}", text)


def _marks(row: TimelineEntry, law: Callable[[], Register]) -> SafeString:
    told: list[Any] = [str(KINDS.get(row.kind, row.kind))]
    if row.struck_at:
        told.append(status("dropped", _("Struck: %s") % row.struck_because[:SHOWN]))
    if row.mark in OF_ID:
        told.append(format_html("<b>{}</b>", OF_ID[row.mark].name))
    if row.trigger:
        told.append(_("The law: %s") % event_words(row.trigger, law()))
    if row.techniques:
        told.append(format_html('<span class="mono">{}</span>', ", ".join(row.techniques)))
    return format_html(
        "<span>{}</span>", format_html_join(SafeString("<br>"), "{}", ((one,) for one in told))
    )


def listing(case: Case) -> Listing[TimelineEntry]:
    """The timeline of that case, with every column; those of IN_FILES are not for the page."""
    zone = case.zone
    law = cache(lambda: register_of(case))
    return Listing(
        name="timeline",
        caption=gettext_lazy("What happened, was seen and was done"),
        columns=(
            Column("id", gettext_lazy("Entry"), lambda row: row.pk),
            Column(
                "happened",
                gettext_lazy("Happened"),
                lambda row: telling.happened_text(row, zone),
                order="happened_at",
                export=lambda row: telling.utc_text(row.happened_at),
            ),
            Column(
                "words",
                gettext_lazy("What"),
                _words,
                link=lambda row: reverse("timeline-entry", args=[case.pk, row.pk]),
                export=lambda row: row.words,
            ),
            Column(
                "marks",
                gettext_lazy("Kind"),
                lambda row: _marks(row, law),
                export=lambda row: str(KINDS.get(row.kind, row.kind)),
            ),
            Column(
                "observed",
                gettext_lazy("Seen"),
                lambda row: telling.both(row.observed_at, zone) if row.observed_at else None,
                order="observed_at",
                export=lambda row: telling.utc_text(row.observed_at) if row.observed_at else None,
            ),
            Column(
                "recorded",
                gettext_lazy("Written down"),
                lambda row: _recorded(row, zone),
                order="recorded_at",
                export=lambda row: telling.utc_text(row.recorded_at),
            ),
            Column("whole_day", gettext_lazy("Whole day"), lambda row: "yes" if row.whole_day else ""),
            Column("zone", gettext_lazy("Zone"), lambda row: row.zone),
            Column("kind", gettext_lazy("Kind (id)"), lambda row: row.kind),
            Column("milestone", gettext_lazy("Milestone"), lambda row: row.mark),
            Column("trigger", gettext_lazy("Event of the law"), lambda row: row.trigger),
            Column("obligation", gettext_lazy("Of one obligation"), lambda row: row.obligation),
            Column("techniques", gettext_lazy("Techniques"), lambda row: ", ".join(row.techniques)),
            Column("source", gettext_lazy("Known from"), lambda row: row.source),
            Column("late", gettext_lazy("Late"), lambda row: "yes" if telling.lateness(row) else ""),
            Column("recorded_by", gettext_lazy("Written down by"), _recorder),
            Column("struck", gettext_lazy("Struck"), lambda row: row.struck_at, Kind.DATE),
            Column("struck_because", gettext_lazy("Struck because"), lambda row: row.struck_because),
        ),
        sort=("happened_at",),
        filters=(
            Filter("kind", gettext_lazy("Kind"), "kind", choices=list(KINDS.items())),
            Filter(
                "milestone",
                gettext_lazy("Milestone"),
                lambda value: ~Q(mark="") if value == "any" else Q(mark=value),
                choices=(("any", gettext_lazy("Any milestone")), *((one.id, one.name) for one in MILESTONES)),
            ),
            Filter(
                "law",
                gettext_lazy("Event of the law"),
                lambda value: ~Q(trigger="") if value == "yes" else Q(trigger=""),
                choices=(("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))),
            ),
            Filter(
                "late",
                gettext_lazy("Late"),
                lambda value: LATE_ROWS if value == "yes" else IN_TIME_ROWS,
                choices=(("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))),
            ),
            Filter(
                "state",
                gettext_lazy("State"),
                lambda value: STATES[value],
                choices=(("standing", gettext_lazy("Stands")), ("struck", gettext_lazy("Struck"))),
            ),
            Filter(
                "technique",
                gettext_lazy("Technique"),
                lambda value: Q(written_techniques__contains=json.dumps(value.upper())[:-1]),
                FilterKind.TEXT,
            ),
            Filter("since", gettext_lazy("Happened since"), "happened_at", FilterKind.SINCE),
            Filter("until", gettext_lazy("Happened until"), "happened_at", FilterKind.UNTIL),
        ),
        search=("words", "source"),
        empty=Empty(
            gettext_lazy("Nothing is written yet"),
            gettext_lazy("Write down what is known so far, with its time; more can follow."),
        ),
    )


def _recorder(row: TimelineEntry) -> str:
    return actor_words(row.recorded_by, getattr(row, "recorder", None))


def _recorded(row: TimelineEntry, zone: str) -> SafeString:
    late = telling.late_text(row)
    return format_html(
        '<span>{}<br><span class="small quiet">{}</span>{}{}</span>',
        telling.both(row.recorded_at, zone),
        _recorder(row),
        SafeString("<br>") if late else "",
        late,
    )
