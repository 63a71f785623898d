"""The calendar of one person's duties, and the making and ending of its address."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from duecare.errors import NotFound
from duecare.ledger.viewers import Request
from duecare.program.feeds import Event, calendar
from duecare.program.models import Task
from duecare.program.queries import live_profile
from duecare.site import feed_tokens

MOST = 1000
"""Events of a calendar."""


@require_safe
def feed(request: Request, token: str) -> HttpResponse:
    """The open tasks of whoever made the address, as a calendar: titles, days and links, nothing more.

    Reached without signing in: the token is the only key. Raises NotFound for one that opens nothing.
    """
    reader = feed_tokens.reader_of(token, request.now)
    if reader is None:
        raise NotFound(
            _("There is no calendar at this address, or no longer."),
            _("Make a new address on the page of your account."),
        )
    mine = Task.objects.all().visible_to(reader).filter(owner=reader.person, ended_at=None)
    events = [
        Event(
            uid=f"task-{task.pk}@duecare",
            day=task.due,
            title=task.title,
            url=request.build_absolute_uri(reverse("task", args=[task.pk])),
            words=_("About %s minutes") % task.minutes if task.minutes else "",
        )
        for task in mine.exclude(due=None).order_by("due", "id")[:MOST]
        if task.due is not None
    ]
    profile = live_profile()
    text = calendar(_("Duties, %s") % (profile.name if profile else "Duecare"), events, request.now)
    response = HttpResponse(text.encode(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="duties.ics"'
    return response


@require_POST
def feed_make(request: Request) -> HttpResponseBase:
    """A new address for the viewer's calendar, shown this once."""
    token = feed_tokens.make_token(request.viewer, request.now)
    address = request.build_absolute_uri(reverse("feed", args=[token]))
    expires = request.now + feed_tokens.LASTS
    return render(request, "site/feed.html", {"address": address, "expires": expires})


@require_POST
def feed_end(request: Request) -> HttpResponseBase:
    """End the address of the viewer's calendar."""
    if feed_tokens.end_token(request.viewer, request.now):
        messages.success(request, _("The address shows nothing any more."))
    return redirect("account")
