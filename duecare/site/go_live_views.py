"""The page about going live: what is in use, what can be checked from here, and what to put where."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duecare.errors import DuecareError
from duecare.ledger.viewers import Request
from duecare.site import go_live as core
from duecare.site.doors import FORWARDED, SENDER
from duecare.site.guide_steps import Here, address_form, address_save, read
from duecare.site.guide_views import owner_of

LOOPBACK = "127.0.0.1"
"""Where a web server on the same machine finds Duecare."""


@require_http_methods(["GET", "HEAD", "POST"])
def go_live(request: Request) -> HttpResponseBase:
    """What is served, and the form that says what is wanted."""
    here = read(owner_of(request), request.view_now, timezone.localdate(request.view_now))
    form = address_form(here, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            address_save(here, form)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Recorded. The checks and lines follow it."))
            return redirect("go-live")
    arrived, served = _arrived(request), _served(request, here)
    wanted = core.Wanted(here.arranged.host, tuple(here.arranged.proxies))
    context = {
        "form": form,
        "checks": core.look(arrived, served, wanted),
        "address": f"{request.scheme}://{request.get_host()}",
        "wanted": wanted,
        "lines": core.lines(served, wanted),
        "in_place": core.in_place(served, wanted),
        "caddy": core.caddy(served, wanted, LOOPBACK),
        "nginx": core.nginx(served, wanted, LOOPBACK),
        "file": settings.DUECARE_HOME.configuration,
    }
    return render(request, "site/go_live.html", context, status=400 if form.errors else 200)


def _arrived(request: Request) -> core.Arrived:
    meta = request.META
    host = request.get_host().rpartition(":")
    name = host[0] if host[0] and host[2].isdigit() else request.get_host()
    sender, forwarded = str(meta.get(SENDER) or ""), meta.get(FORWARDED, "")
    return core.Arrived(name, request.is_secure(), sender, bool(forwarded), forwarded == "believed")


def _served(request: Request, here: Here) -> core.Served:
    port = str(request.META.get("SERVER_PORT") or "")
    return core.Served(
        hosts=tuple(name for name in settings.ALLOWED_HOSTS if name != core.HERE),
        tls=settings.DUECARE_TLS,
        cookie_secure=settings.SESSION_COOKIE_SECURE,
        proxies=tuple(settings.DUECARE_PROXIES),
        port=int(port) if port.isdigit() else 8000,
        mails=here.mail.address if here.mail else "",
    )
