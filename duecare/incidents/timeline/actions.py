"""What people and other rooms write into the timeline of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from duecare.incidents.cases.models import Case
from duecare.incidents.timeline.models import TimelineEntry
from duecare.law.moments import Moment
from duecare.ledger.records import new_key


def put(
    actor: str, case: Case, now: datetime, words: str, happened: Moment, kind: str, **values: Any
) -> TimelineEntry:
    """Write one entry, within an act that is open already: for rooms that record something of their own.

    `values` are further fields: `trigger`, `obligation`, `mark`, `about`, `source`...
    """
    made: TimelineEntry = TimelineEntry.objects.create(
        id=new_key(),
        case=case,
        happened_at=happened.at,
        whole_day=happened.whole_day,
        zone=happened.zone,
        recorded_at=now,
        recorded_by=actor,
        words=words,
        kind=kind,
        **values,
    )
    return made
