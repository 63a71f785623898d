"""The way through an OpenID Connect provider: there, back, and in.

Neither going there nor coming back changes anything: a signed cookie carries the question, and the page to
which somebody comes back asks them to go on (SECURITY.md 14).
"""

from __future__ import annotations

from dataclasses import asdict
from unicodedata import normalize

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger.recording import record_note
from duecare.ledger.viewers import Request, Role
from duecare.program.models import Person
from duecare.program.outgoing import NoAnswer, way_out
from duecare.site import openid, openid_people
from duecare.site.accounts import DENIED
from duecare.site.configuration import OpenId
from duecare.site.views import changer

COOKIE, SALT = "duecare_openid", "duecare.site.openid"
MINUTES = 10
"""How long somebody may stay at the provider."""
LONGEST = 4000


def configured() -> OpenId:
    """The provider's settings. Raises NotFound where there is none."""
    found: OpenId | None = settings.DUECARE_OPENID
    if found is None:
        raise NotFound(_("Nobody signs in here through a provider."), _("Use the page to sign in."))
    return found


def provider(known: OpenId) -> openid.Provider:
    """What the provider says of itself, asked at most every ten minutes."""
    key = f"openid:{known.issuer}"
    found: openid.Provider | None = cache.get(key)
    if found is None:
        # Anybody can ask for this; while nobody answers, one question in half a minute is enough.
        down = cache.get(f"{key}:down")
        if down is not None:
            raise NoAnswer(*down)
        try:
            found = openid.discover(way_out(), known.issuer)
        except NoAnswer as error:
            cache.set(f"{key}:down", (error.what, error.next_step), 30)
            raise
        cache.set(key, found, 600)
    return found


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("openid-back"))


@require_safe
def begin(request: HttpRequest) -> HttpResponseBase:
    """Send somebody to the provider."""
    known = configured()
    asking = openid.begin()
    response = HttpResponseRedirect(openid.address_to_ask(provider(known), known, asking, _back(request)))
    response.set_cookie(
        COOKIE,
        signing.dumps(asdict(asking), salt=SALT),
        max_age=60 * MINUTES,
        path=reverse("openid-begin"),
        secure=settings.DUECARE_TLS,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_safe
def back(request: HttpRequest) -> HttpResponseBase:
    """Where the provider sends people back to: a page that asks them to go on."""
    known = configured()
    given = {name: request.GET.get(name, "")[:LONGEST] for name in ("code", "state", "iss", "error")}
    if given["error"] or not given["code"]:
        raise Refused(
            _("%s did not let you in.") % known.name, _("Sign in again; if it stays, ask whoever runs it.")
        )
    return render(request, "site/openid_back.html", {"given": given, "name": known.name})


@require_POST
def finish(request: Request) -> HttpResponseBase:
    """Sign somebody in who came back from the provider."""
    known = configured()
    try:
        user = openid_people.sign_in(_found(request, known), known, request.now)
    except DuecareError as error:
        address = str(request.META.get("REMOTE_ADDR") or "")
        because = "".join(filter(str.isprintable, normalize("NFC", error.what)))[:300]
        content = {"address": address, "openid": known.issuer, "because": because}
        record_note("server", "refuse a sign-in", DENIED, "unknown", content)
        raise
    if not user.is_active:
        raise Refused(_("You cannot sign in here any more."), _("Ask an owner of this Duecare."))
    user.backend = settings.AUTHENTICATION_BACKENDS[0]
    record_authentication(request, user, "socialaccount", provider=known.issuer)
    response: HttpResponseBase = perform_login(request, Login(user=user, redirect_url=reverse("home")))
    response.delete_cookie(COOKIE, path=reverse("openid-begin"))
    return response


def _found(request: Request, known: OpenId) -> openid.Who:
    """Who came back, in answer to the question that this browser carries."""
    stale = Refused(
        _("This is no answer to a question of ours, or it came too late."),
        _("Sign in again from the start, in one browser."),
    )
    try:
        told = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=60 * MINUTES)
    except signing.BadSignature:
        raise stale from None
    asking = openid.Asking(**told)
    if not constant_time_compare(request.POST.get("state", ""), asking.state):
        raise stale
    asked = provider(known)
    named = request.POST.get("iss", "")
    if (named or asked.names_itself) and named != asked.issuer:  # RFC 9207, 2.4: a mix-up
        raise stale
    return openid.finish(
        way_out(),
        asked,
        known,
        settings.DUECARE_OPENID_SECRET,
        asking,
        request.POST.get("code", ""),
        _back(request),
    )


@require_POST
def allow(request: Request, key: str) -> HttpResponseBase:
    """Let somebody who signs in otherwise come through the provider, too."""
    viewer = changer(request, Role.OWNER)
    person = Person.objects.all().visible_to(viewer).filter(pk=key).first()
    if person is None:
        raise NotFound(_("There is no such person."), _("Go back to the settings."))
    openid_people.allow(viewer, person, configured(), request.now)
    return redirect("settings")
