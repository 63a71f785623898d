"""Pages of alerts: the list, and one of them."""

from __future__ import annotations

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from duecare.incidents.alerts.models import Alert
from duecare.incidents.alerts.queries import find_alert
from duecare.incidents.alerts.reading import LEVELS
from duecare.incidents.cases.queries import ALERT, names_of
from duecare.ledger.viewers import Request, demand_area
from duecare.program.subjects import address_seen, name_of
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show
from duecare.words import Text

STATES = {
    "waiting": Q(settled_at=None),
    "taken up": Q(settled_at__isnull=False, case__isnull=False),
    "set aside": Q(settled_at__isnull=False, case=None),
}


def state_of(row: Alert) -> str:
    """A word of `web/words.py`."""
    if row.settled_at is None:
        return "waiting"
    return "taken up" if row.case_id else "ended"


def _state(row: Alert) -> str:
    return "set aside" if state_of(row) == "ended" else state_of(row)


ALERTS: Listing[Alert] = Listing(
    name="alerts",
    caption=_("Alerts"),
    columns=(
        Column("state", _("State"), state_of, Kind.STATUS, export=_state),
        Column(
            "rule", _("What was seen"), lambda row: row.rule, link=lambda row: reverse("alert", args=[row.pk])
        ),
        Column("level", _("Level"), lambda row: Text(row.level), export=lambda row: row.level),
        Column("about", _("Where"), lambda row: row.about_name, Kind.MONO),
        Column("account", _("Account"), lambda row: row.account, Kind.MONO),
        Column("happened_at", _("Happened"), lambda row: row.happened_at, Kind.DATE, order="happened_at"),
        Column("source", _("Source"), lambda row: row.source),
        Column("source_id", _("Its id there"), lambda row: row.source_id, Kind.MONO),
        Column(
            "case",
            _("Incident"),
            lambda row: row.case.number if row.case else None,
            Kind.NUMBER,
            link=lambda row: reverse("case", args=[row.case_id]) if row.case_id else "",
        ),
    ),
    sort=("-happened_at",),
    search=("rule", "about_name", "account", "source"),
    filters=(
        Filter(
            "state",
            _("State"),
            lambda value: STATES[value],
            choices=(("waiting", _("Waiting")), ("taken up", _("Taken up")), ("set aside", _("Set aside"))),
        ),
        Filter("level", _("Level"), "level", choices=[(one, one) for one in LEVELS]),
        Filter("source", _("Source"), "source", FilterKind.TEXT),
        Filter("since", _("Happened since"), "happened_at", FilterKind.SINCE),
    ),
    empty=Empty(
        _("No alerts yet"),
        _("Tools hand them in through the API, or “duecare import alerts FILE” takes them from a file."),
    ),
)


@require_safe
def alerts(request: Request) -> HttpResponseBase:
    """What tools told."""
    viewer = demand_area(request, Alert.room)
    rows = Alert.objects.all().visible_to(viewer).select_related("case")
    return show(request, ALERTS, rows, template="incidents/alerts.html")


@require_safe
def alert(request: Request, key: str) -> HttpResponseBase:
    """One alert, with what became of it."""
    viewer = demand_area(request, Alert.room)
    found = find_alert(key, viewer)
    about = name_of(found.about, viewer) if found.about else ""
    context = {
        "alert": found,
        "state": state_of(found),
        "level": Text(found.level),
        "about": about,
        "about_url": address_seen(found.about, viewer) if about else "",
        "settled_by": names_of([found.settled_by], viewer).get(found.settled_by, ""),
        "reference": f"{ALERT}:{found.pk}",
        "may_wait": viewer.changes and found.settled_at is not None and found.case_id is None,
        "triage_url": (
            reverse("triage-alerts", args=[key]) if viewer.changes and found.settled_at is None else ""
        ),
    }
    return render(request, "incidents/alert.html", context)
