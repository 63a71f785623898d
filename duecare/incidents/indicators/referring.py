"""How others refer to an indicator."""

from __future__ import annotations

from django.urls import reverse

from duecare.program.subjects import register_reference

INDICATOR = "incidents.indicator"

register_reference(INDICATOR, lambda key: reverse("indicator-of", args=[key]))
