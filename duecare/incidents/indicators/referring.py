"""How others refer to an indicator."""

from __future__ import annotations

from django.urls import reverse

from duecare.incidents.indicators.models import Indicator
from duecare.program.subjects import register_reference

INDICATOR = "incidents.indicator"


def address(key: str) -> str:
    """The page of an indicator, by its key; empty if there is none."""
    case = Indicator.objects.filter(pk=key).values_list("case", flat=True).first()
    return reverse("indicator", args=[case, key]) if case else ""


register_reference(INDICATOR, address)
