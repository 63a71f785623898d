"""The indicators of a case as a list, and where else a sign occurs."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy

from duecare.incidents.alerts.models import Alert
from duecare.incidents.cases.models import Case
from duecare.incidents.indicators.kinds import KINDS, TLP, defanged
from duecare.incidents.indicators.models import Indicator
from duecare.ledger.viewers import Viewer
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

ELSEWHERE = 50
"""Other places that a page names."""
STATES = {"standing": Q(removed_at=None), "removed": Q(removed_at__isnull=False)}


def rows_of(case: Case, viewer: Viewer) -> QuerySet[Indicator]:
    """The indicators of a case that the viewer may see."""
    rows: QuerySet[Indicator] = Indicator.objects.all().visible_to(viewer).filter(case=case)
    return rows


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where else a sign occurs that the viewer may see."""

    indicators: list[Indicator]
    """Of other cases, in which it stands."""
    alerts: list[Alert]

    def __bool__(self) -> bool:
        return bool(self.indicators or self.alerts)


def elsewhere(indicator: Indicator, viewer: Viewer) -> Elsewhere:
    """Other cases, but exercises, and alerts in which the value of an indicator occurs."""
    others = Indicator.objects.all().visible_to(viewer).exclude(case=indicator.case_id)
    same = others.filter(value=indicator.value, removed_at=None, case__exercise=False).select_related("case")
    written = json.dumps(indicator.value, ensure_ascii=True)
    shown = json.dumps(indicator.value, ensure_ascii=False)
    real = Alert.objects.all().visible_to(viewer).exclude(case__exercise=True)
    alerts = real.annotate(told=Cast("signs", TextField()))
    # Signs of alerts are as a program wrote them: `EVIL.example` is a domain that is kept in small letters.
    naming = alerts.filter(Q(told__icontains=written) | Q(told__icontains=shown)).select_related("case")
    return Elsewhere(
        list(same.order_by("-added_at", "-id")[:ELSEWHERE]),
        list(naming.order_by("-happened_at", "-id")[:ELSEWHERE]),
    )


def shared(case: Case, viewer: Viewer) -> list[Indicator]:
    """The indicators of other cases, but exercises, whose value stands in this one too, the newest first."""
    mine = Indicator.objects.filter(case=case, removed_at=None).values("value")
    others = (
        Indicator.objects.all()
        .visible_to(viewer)
        .exclude(case=case)
        .filter(removed_at=None, case__exercise=False)
    )
    found = others.filter(value__in=mine).select_related("case").order_by("-added_at", "-id")
    return list(found[:ELSEWHERE])


def listing(case: Case) -> Listing[Indicator]:
    """The list of that case's indicators."""
    return Listing(
        name="indicators",
        caption=gettext_lazy("Indicators"),
        columns=(
            Column(
                "kind",
                gettext_lazy("Kind"),
                lambda row: KINDS.get(row.kind, row.kind),
                order="kind",
                export=lambda row: row.kind,
            ),
            Column(
                "value",
                gettext_lazy("Sign"),
                lambda row: defanged(row.kind, row.value),
                Kind.MONO,
                link=lambda row: reverse("indicator", args=[case.pk, row.pk]),
                export=lambda row: row.value,
            ),
            Column(
                "tlp",
                gettext_lazy("Who may be told"),
                lambda row: f"TLP:{row.tlp.upper()}",
                export=lambda row: row.tlp,
            ),
            Column("words", gettext_lazy("What it is"), lambda row: row.words or None),
            Column("source", gettext_lazy("Known from"), lambda row: row.source or None),
            Column("added", gettext_lazy("Added"), lambda row: row.added_at, Kind.DATE, order="added_at"),
            Column("removed", gettext_lazy("Taken off"), lambda row: row.removed_at, Kind.DATE),
        ),
        sort=("kind",),
        filters=(
            Filter("kind", gettext_lazy("Kind"), "kind", choices=list(KINDS.items())),
            Filter("tlp", gettext_lazy("Who may be told"), "tlp", choices=list(TLP.items())),
            Filter(
                "state",
                gettext_lazy("State"),
                lambda value: STATES[value],
                choices=(("standing", gettext_lazy("Stands")), ("removed", gettext_lazy("Taken off"))),
            ),
            Filter("source", gettext_lazy("Known from"), "source__icontains", FilterKind.TEXT),
        ),
        search=("value", "words", "source"),
        empty=Empty(
            gettext_lazy("No indicators yet"),
            gettext_lazy(
                "Add the addresses, names and digests by which this attacker would be known elsewhere."
            ),
        ),
    )
