"""The page of the search, and the same within a dialog on any page."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from duecare.errors import BadInput
from duecare.ledger.viewers import Request
from duecare.program import search as searching
from duecare.web.listing import AS_OF

PALETTE = "palette-found"
"""The id of the part of a page that the dialog's answers go into (`web/base.html`)."""
PARAMETERS = ("q", "in", AS_OF)


@require_safe
def search(request: Request) -> HttpResponseBase:
    """What is found, by kind. A number of an entry, a key or a digest leads straight to its page."""
    for name in request.GET:
        if name not in PARAMETERS or len(request.GET.getlist(name)) > 1:
            raise BadInput(
                _("The search has no parameter “%s”, or it is given twice.") % name[:40],
                _("It has %s.") % ", ".join(PARAMETERS),
            )
    viewer = request.viewer
    answers = searching.search(request.GET.get("q", ""), viewer, request.GET.get("in", ""))
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by django_htmx's middleware
    context = {
        "answers": answers,
        "offered": () if answers.words else searching.offered(viewer),
        "request": request,
        "now": request.view_now,
    }
    if htmx and htmx.target == PALETTE:
        # Without the frame: who types waits for each letter's answer.
        return HttpResponse(render_to_string("site/parts/palette.html", context))
    if answers.jump is not None and not answers.groups:
        return redirect(at_day(answers.jump.url, request))
    context |= {
        "only": request.GET.get("in", ""),
        "bounded": ", ".join(str(label).lower() for label in searching.bounded()) if viewer.reads else "",
        "within": f"{searching.WITHIN:,}",
        "kinds": _("hosts, findings, tasks, statements, safeguards, obligations and pages")
        if viewer.reads
        else _("your tasks and pages"),
    }
    return render(request, "site/search.html", context)


def at_day(url: str, request: Request) -> str:
    """The address with the past day that is being viewed."""
    day = request.GET.get(AS_OF, "")
    return f"{url}{'&' if '?' in url else '?'}{urlencode({AS_OF: day})}" if day else url
