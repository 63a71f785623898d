"""What can be found of indicators: their signs, in the plain form."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from duecare.incidents.indicators.kinds import defanged
from duecare.incidents.indicators.models import Indicator
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, register_findable


def _indicators(viewer: Viewer) -> QuerySet[Indicator]:
    found: QuerySet[Indicator] = Indicator.objects.all().visible_to(viewer).select_related("case")
    return found


def _indicator(row: Indicator) -> Hit:
    shown = defanged(row.kind, row.value)[:200]
    return Hit(shown, reverse("indicator", args=[row.case_id, row.pk]), row.case.title)


register_findable(
    Findable(
        "indicators",
        gettext_lazy("Indicators"),
        22,
        _indicators,
        (("value", gettext_lazy("Sign")), ("words", gettext_lazy("What it is"))),
        _indicator,
    )
)
