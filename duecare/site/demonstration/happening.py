"""What happened at the clinic: what somebody reported, the case that it became, and how that ended."""

from __future__ import annotations

from datetime import datetime

from duecare.incidents.cases import affected_actions, triage_actions
from duecare.incidents.cases.actions import end_as_none
from duecare.incidents.cases.models import Affected
from duecare.incidents.cases.report_actions import report
from duecare.incidents.cases.triage_actions import Waiting
from duecare.site.demonstration.story import Event
from duecare.site.demonstration.teller import Telling


def reported(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    made = report(telling.actor(told["by"]), told["words"], now, kind=told["kind"])
    telling.made[event.name] = made.pk


def taken(telling: Telling, event: Event, now: datetime) -> None:
    """What was reported becomes a case of the same kind, with what it affects."""
    told, viewer = event.told, telling.viewer(event.told["by"], now)
    case = triage_actions.take_up(
        viewer.actor,
        Waiting(reports=[telling.made[event.name]]),
        now,
        title=told["title"],
        kind=told["kind"],
        severity=told["severity"],
        words=told["words"],
    )
    for one in told["affected"]:
        affected_actions.add_affected(viewer, case.pk, now=now, **one)
    telling.made[f"{event.name} case"] = case.pk


def closed(telling: Telling, event: Event, now: datetime) -> None:
    """It was none: all that it seemed to affect is clean."""
    told, key = event.told, telling.made[f"{event.name} case"]
    actor = telling.actor(told["by"])
    for row in Affected.objects.filter(case=key):
        affected_actions.change_affected(actor, key, row.pk, "clean", told["words"], now)
    end_as_none(actor, key, told["words"], None, now)
