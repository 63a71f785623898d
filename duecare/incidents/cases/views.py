"""Pages of cases."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.queries import find_case
from duecare.ledger.viewers import Request


@require_safe
def case(request: Request, key: str) -> HttpResponseBase:
    """The overview of one case."""
    found = find_case(key, request.viewer)
    return render(request, "incidents/case.html", framed(found, request, "case"))
