"""From the key of what belongs to a case to its page: for those who know no more than the key."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duecare.errors import NotFound
from duecare.incidents.evidence.models import Evidence
from duecare.incidents.indicators.models import Indicator
from duecare.incidents.timeline.models import TimelineEntry
from duecare.ledger.viewers import Request
from duecare.web.listing import AS_OF


@require_safe
def timeline_entry_of(request: Request, key: str) -> HttpResponseBase:
    """Go on to an entry of a timeline."""
    return _on(request, TimelineEntry, "timeline-entry", key)


@require_safe
def evidence_of(request: Request, key: str) -> HttpResponseBase:
    """Go on to a piece of evidence."""
    return _on(request, Evidence, "evidence", key)


@require_safe
def indicator_of(request: Request, key: str) -> HttpResponseBase:
    """Go on to an indicator."""
    return _on(request, Indicator, "indicator", key)


def _on(
    request: Request, model: type[TimelineEntry | Evidence | Indicator], name: str, key: str
) -> HttpResponseBase:
    found = model.objects.all().visible_to(request.viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such thing, or none that you may see."), _("Begin at the home page."))
    day = request.GET.get(AS_OF)
    more = f"?{urlencode({AS_OF: day})}" if day else ""
    return redirect(f"{reverse(name, args=[found.case_id, found.pk])}{more}")
