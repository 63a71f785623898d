"""How others refer to an entry of a timeline."""

from __future__ import annotations

from django.urls import reverse

from duecare.incidents.timeline.models import TimelineEntry
from duecare.program.subjects import register_reference

ENTRY = "incidents.timelineentry"


def address(key: str) -> str:
    """The page of an entry, by its key; empty if there is none."""
    case = TimelineEntry.objects.filter(pk=key).values_list("case", flat=True).first()
    return reverse("timeline-entry", args=[case, key]) if case else ""


register_reference(ENTRY, address)
