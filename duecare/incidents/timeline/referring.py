"""How others refer to an entry of a timeline."""

from __future__ import annotations

from django.urls import reverse

from duecare.program.subjects import register_reference

ENTRY = "incidents.timelineentry"

register_reference(ENTRY, lambda key: reverse("timeline-entry-of", args=[key]))
