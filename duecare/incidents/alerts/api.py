"""Alerts for programs: taking them in, the list, and what becomes of them."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from duecare.incidents.alerts.actions import take_in
from duecare.incidents.alerts.models import Alert
from duecare.incidents.alerts.queries import find_alert, proposed
from duecare.incidents.alerts.reading import MOST, MOST_BYTES, read_alerts
from duecare.incidents.alerts.views import ALERTS
from duecare.incidents.cases.api import SettleReport, settle
from duecare.incidents.cases.queries import demand_triager
from duecare.incidents.cases.triage_actions import Waiting
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.web.api import endpoint, list_rows, rows_of, sent, upload
from duecare.web.api_shapes import Answer, Key, Moment

router = Router(tags=["Alerts"])
NDJSON = "application/x-ndjson"


class TakenAnswer(Answer):
    """What came of alerts that were handed in."""

    taken: int
    known: int
    """How many had been told before, by source and id."""


class SettleAlerts(SettleReport):
    """What becomes of alerts that wait."""

    alerts: Annotated[list[Key], Field(min_length=1, max_length=MOST)]


class SettledAnswer(Answer):
    """The case to which alerts were put; null if they are none."""

    case: str | None


class GroupAnswer(Answer):
    """Alerts that belong together, as a proposal."""

    alerts: list[str]
    title: str
    level: str
    shared: list[str]
    """What joins them: `subject:`, `account:` or `sign:` and its value."""
    first: Moment
    last: Moment


class GroupsAnswer(Answer):
    """The groups of the alerts that wait."""

    groups: list[GroupAnswer]


@endpoint(router, "GET", "/alerts", Scope.READ, rows_of(ALERTS), listing=ALERTS)
def list_alerts(request: Request) -> Any:
    """Alerts, newest first."""
    viewer = demand_area(request, Alert.room)
    return list_rows(request, ALERTS, Alert.objects.all().visible_to(viewer).select_related("case"))


@endpoint(router, "POST", "/alerts", Scope.INCIDENTS, TakenAnswer, extra=upload(NDJSON))
def take_in_alerts(request: Request) -> Any:
    """Hand in alerts: one JSON object a line, at most 1,000 in one act, each once by source and id."""
    demand_triager(request.viewer)
    told = read_alerts(sent(request, MOST_BYTES, _("Send them in parts.")))
    found = take_in(request.viewer.actor, told, request.now)
    return TakenAnswer(taken=found.taken, known=found.known)


@endpoint(router, "GET", "/alerts/groups", Scope.READ, GroupsAnswer)
def list_alert_groups(request: Request) -> Any:
    """The alerts that wait, in the groups that are proposed, oldest first."""
    viewer = demand_area(request, Alert.room)
    return GroupsAnswer(
        groups=[
            GroupAnswer(
                alerts=list(one.group.keys),
                title=one.title,
                level=one.level,
                shared=[f"{kind}:{value}" for kind, value in one.group.shared],
                first=one.group.first,
                last=one.group.last,
            )
            for one in proposed(viewer)
        ]
    )


@endpoint(router, "POST", "/alerts/settle", Scope.INCIDENTS, SettledAnswer)
def settle_alerts(request: Request, body: SettleAlerts) -> Any:
    """Say what becomes of alerts that wait: a new case, a part of an open one, or no incident."""
    demand_triager(request.viewer)
    for key in body.alerts[:1]:
        find_alert(key, request.viewer)
    case = settle(request, Waiting(alerts=body.alerts), body)
    return SettledAnswer(case=case.pk if case else None)
