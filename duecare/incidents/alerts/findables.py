"""Alerts can be found."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.alerts.models import Alert
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, register_findable


def _alerts(viewer: Viewer) -> QuerySet[Alert]:
    found: QuerySet[Alert] = Alert.objects.all().visible_to(viewer)
    return found


def _alert(row: Alert) -> Hit:
    day = date_format(row.happened_at, "SHORT_DATE_FORMAT")
    note = _("%(where)s, %(day)s") % {"where": row.about_name or row.source, "day": day}
    return Hit(row.rule, reverse("alert", args=[row.pk]), note)


register_findable(
    Findable(
        "alerts",
        gettext_lazy("Alerts"),
        19,
        _alerts,
        (
            ("rule", gettext_lazy("What was seen")),
            ("about_name", gettext_lazy("Where")),
            ("account", gettext_lazy("Account")),
        ),
        _alert,
        within=20_000,
    )
)
