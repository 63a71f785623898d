"""What every request passes on its way in: headers, the first run, who is asking, and for which day.

Deny by default: without a right that holds today only the sign-in pages are served (SECURITY.md 12-14).
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import date, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from duecare.errors import DuecareError, Refused
from duecare.ledger import asof
from duecare.ledger.browsing import live_head
from duecare.ledger.once import remembering
from duecare.ledger.recording import record_note
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Request, Viewer
from duecare.program.queries import live_profile, zone_of
from duecare.site import api_tokens, first_run
from duecare.site.accounts import BY_MAIL
from duecare.site.mail_sign_in import offered
from duecare.site.rights import STRANGER, today, viewer_of
from duecare.web.views import API, bad_request, error_page, explain

GetResponse = Callable[[Request], HttpResponseBase]

# For what nobody is signed in for (yet); all else needs a right. A calendar's address holds its own key
# (`feed_tokens.py`) and shows what that opens, whoever asks.
OPEN = (
    "/static/",
    "/first-run/",
    "/account/login/",
    "/account/password/reset/",
    "/account/openid/",
    "/account/2fa/authenticate/",
    "/account/2fa/webauthn/login/",
    "/feeds/",
    "/trust/",
    "/collect/",
    "/healthz",
)
BY_MAIL_TOO = ("/account/logout/", "/account/mail/", "/account/feed/")
"""Of the account's addresses, those that a session which was opened by mail reaches, besides the first."""
PUBLIC = "/trust/"
BY_KEY = "/collect/"
"""Where hosts come: their keys say who they are (`systems/push_views.py`), and no session."""
ENROL = ("/account/2fa/", "/account/logout/", "/account/reauthenticate/", "/static/")
ALWAYS_LIVE = ("/account/", *OPEN)
REPLAYS_A_MINUTE = 10
OPENAPI = "/api/openapi.json"
"""The description of the API: for programs with a token, and for whoever is signed in."""
REQUESTS_A_MINUTE = 600
"""Of one token."""


def content_security_policy() -> str:
    """No inline code, nothing from elsewhere, no framing (SECURITY.md 13)."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class SecurityHeaders:
    """The headers that every answer carries, errors and static files included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        self._believe_proxies(request)
        try:
            request.get_host()
        except DisallowedHost as error:
            # Before anything is served: static files and the first run do not ask for the host themselves.
            response: HttpResponseBase = bad_request(request, error)
        else:
            response = self.get_response(request)
        response["Content-Security-Policy"] = content_security_policy()
        response["X-Content-Type-Options"] = "nosniff"
        response["Referrer-Policy"] = "same-origin"
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        response["X-Frame-Options"] = "DENY"
        if settings.DUECARE_TLS:
            response["Strict-Transport-Security"] = "max-age=31536000"
        if not request.path.startswith("/static/") and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response

    @staticmethod
    def _believe_proxies(request: Request) -> None:
        """Forwarded headers count only from the proxies that the configuration lists."""
        meta = request.META
        meta[SENDER] = meta.get("REMOTE_ADDR")
        believed = meta.get("REMOTE_ADDR") in settings.DUECARE_PROXIES
        if "HTTP_X_FORWARDED_FOR" in meta or "HTTP_X_FORWARDED_PROTO" in meta:
            meta[FORWARDED] = "believed" if believed else "ignored"
        if believed:
            if meta.get("HTTP_X_FORWARDED_PROTO") == "https":
                meta["wsgi.url_scheme"] = "https"
            forwarded = meta.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
            if forwarded:
                meta["REMOTE_ADDR"] = forwarded
        for name in (
            "HTTP_X_FORWARDED_FOR",
            "HTTP_X_FORWARDED_HOST",
            "HTTP_X_FORWARDED_PROTO",
            "HTTP_X_REAL_IP",
        ):
            meta.pop(name, None)


class FirstRun:
    """Until somebody has claimed this Duecare, nothing but the claim is served."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        claim = reverse("first-run")
        if request.path.startswith("/static/") or first_run.claimed():
            return self.get_response(request)
        return self.get_response(request) if request.path == claim else redirect(claim)


class SignedIn:
    """Who is asking: sets `request.viewer`, refuses whoever has no right, and records each refusal."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        with remembering() if request.method in ("GET", "HEAD") else nullcontext():
            return self._within(request)

    def _within(self, request: Request) -> HttpResponseBase:
        request.now = request.view_now = utc_now()
        zone = zone_of(live_profile())
        timezone.activate(zone)
        day = request.now.astimezone(zone).date()
        if request.path == PUBLIC or request.path.startswith(BY_KEY):
            # Who asks is not even looked up: no cookie is set or read there.
            request.viewer = STRANGER
            return self.get_response(request)
        if _by_token(request):
            refusal = _show_token(request, day)
            if refusal is not None:
                return refusal
        else:
            by_mail = request.user.is_authenticated and bool(request.session.get(BY_MAIL))
            request.viewer = viewer_of(request.user, request.now, day, by_mail=by_mail)
            if request.path.startswith(OPEN):
                return self.get_response(request)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
        response = self._answer(request, request.viewer)
        if response.status_code == 405 and request.path.startswith(API):
            response = _no_such_method(request, response)
        if _was_refused(request, request.viewer, response):
            viewer = request.viewer
            content = {"path": _told_path(request), "method": request.method or ""}
            record_note(viewer.actor, "refuse a request", DENIAL, viewer.person or "stranger", content)
        return response

    def _answer(self, request: Request, viewer: Viewer) -> HttpResponseBase:
        if not viewer.roles and not request.path.startswith("/account/logout/"):
            # Returned, not raised: an error raised between two middlewares would become a plain 500.
            return explain(
                Refused(
                    _("Your account holds no right in this Duecare today."),
                    _("Ask an owner to give you one, or sign out."),
                ),
                request,
            )
        if viewer.by_mail and not request.path.startswith("/account/logout/") and not offered():
            return explain(
                Refused(
                    _("Nobody signs in to this Duecare by mail any more."),
                    _("Sign out, then sign in with your password or passkey."),
                ),
                request,
            )
        if viewer.by_mail and _of_the_account(request.path):
            return explain(
                Refused(
                    _("You signed in by mail, which opens your own duties and nothing else."),
                    _("Sign out, then sign in with your password or passkey to do this."),
                ),
                request,
            )
        if viewer.changes and not request.path.startswith(ENROL) and not _has_second_factor(request):
            if not _by_token(request):
                return redirect("mfa_activate_totp")
            without = _("The owner of this token has no second factor.")
            return explain(Refused(without, _("Sign in and set one up.")), request)
        return self.get_response(request)


def _of_the_account(path: str) -> bool:
    """Whether an address is about password, second factor or passkeys."""
    return path.startswith("/account/") and path != "/account/" and not path.startswith(BY_MAIL_TOO)


def _by_token(request: Request) -> bool:
    """Whether a token has to say who asks: everywhere in the API, but for people who read its description."""
    described = request.path == OPENAPI and "Authorization" not in request.headers
    return request.path.startswith(API) and not described


def _show_token(request: Request, day: date) -> HttpResponse | None:
    """Let the token say who asks; a cookie says nothing here, so nobody's browser can be made to ask.

    Gives the answer for who has no token that counts, or used theirs too often; None for who may go on.
    """
    request.viewer = STRANGER
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    opened = api_tokens.opened_by(token.strip(), request.now, day) if scheme.lower() == "bearer" else None
    if opened is None:
        what = _("A token that counts is needed here.")
        step = _("Make one on the page of your account, and send it as “Authorization: Bearer …”.")
        response = error_page(401, "", what, step, request)
        response["WWW-Authenticate"] = 'Bearer realm="Duecare"'
        return response
    key = f"requests:{opened.key}"
    if not cache.add(key, 1, 60) and _count(key) > REQUESTS_A_MINUTE:
        what = _("This token asked for too much in one minute.")
        response = error_page(429, "", what, _("Wait a minute and try again."), request)
        response["Retry-After"] = "60"
        return response
    request.user, request.viewer, request.scopes = opened.user, opened.viewer, opened.scopes
    return None


def _no_such_method(request: Request, answered: HttpResponseBase) -> HttpResponse:
    """The same answer in the shape of all errors of the API."""
    allowed = answered.headers.get("Allow", "")
    response = error_page(405, "", _("That is not done here."), _("It takes %s.") % allowed, request)
    response["Allow"] = allowed
    return response


DENIAL = "site.denial"
SENDER, FORWARDED = "duecare.sender", "duecare.forwarded"
"""In `request.META`: who connected, and whether what they said of others was `believed` or `ignored`."""
HIDDEN = "duecare.hidden"
"""In `request.META` once a view has answered somebody as if it were not there."""


MATTERS = "/matters/"


def _told_path(request: Request) -> str:
    """The path as a denial tells it; of matters no more than that, for a key says that there is one."""
    return MATTERS if request.path.startswith(MATTERS) else request.path[:200]


def _was_refused(request: Request, viewer: Viewer, response: HttpResponseBase) -> bool:
    """Whether somebody was kept from what is there: told so, or answered as if it were not there.

    What a member of a matter is refused there is not: the note would tell all readers who is one.
    """
    if viewer.matters and request.path.startswith(MATTERS):
        return False
    if response.status_code == 403:
        return True
    resolved = request.resolver_match is not None and not request.path.startswith("/account/")
    return response.status_code == 404 and (HIDDEN in request.META or (resolved and not viewer.reads))


def _has_second_factor(request: Request) -> bool:
    from allauth.mfa.models import Authenticator  # a model, so not before the apps are loaded

    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    found: bool = Authenticator.objects.filter(user_id=request.user.pk, type__in=factors).exists()
    return found


class AsOf:
    """`?as_of=`: the page as it stood, read-only, within what the viewer may see."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        try:
            return self._answer(request)
        except DuecareError as error:
            return explain(error, request)

    def _answer(self, request: Request) -> HttpResponseBase:
        viewer, zone = request.viewer, timezone.get_current_timezone()
        text = request.GET.get("as_of", "").strip()
        if not viewer.roles or request.path.startswith(ALWAYS_LIVE):
            return self.get_response(request)
        if not text:
            if viewer.may_see_day(request.now.astimezone(zone).date()):
                return self.get_response(request)
            return self._within_period(request, viewer)
        if request.method not in ("GET", "HEAD"):
            raise Refused(_("A past day can be read, not changed."), _("Go back to today first."))
        instant = asof.parse_instant(text, zone)
        if instant >= request.now:
            return self.get_response(request) if _by_token(request) else self._without(request)
        if not viewer.may_see_day(instant.astimezone(zone).date()):
            raise Refused(
                _("That day is outside the period that you were given to see."), _("Choose a day within it.")
            )
        view = self._view(instant, viewer)
        request.view_now = instant
        with asof.viewing(view):
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse) and not response.is_async:
                context = contextvars.copy_context()
                parts: Iterator[bytes] = iter(response)
                response.streaming_content = _within(context, parts)
            return response

    @staticmethod
    def _view(instant: datetime, viewer: Viewer) -> asof.View:
        """The view, unless this person had too many new replays built in the last minute (SECURITY.md 9)."""

        def allow() -> None:
            key = f"replays:{viewer.person}"
            if not cache.add(key, 1, 60) and _count(key) > REPLAYS_A_MINUTE:
                raise Refused(
                    _("Too many past days were asked for in one minute."), _("Wait a minute and try again.")
                )

        return asof.view_at(instant, end=live_head().size, before_building=allow)

    @staticmethod
    def _without(request: Request) -> HttpResponseRedirect:
        """Today and later are the live pages, under the address without a day."""
        rest = {key: values for key, values in request.GET.lists() if key != "as_of"}
        query = urlencode(rest, doseq=True)
        return HttpResponseRedirect(request.path + ("?" + query if query else ""))

    def _within_period(self, request: Request, viewer: Viewer) -> HttpResponseBase:
        """An auditor who may not see today lands on the last day that they may see."""
        _first, last = viewer.period
        if last is None or last > today(request.now):
            raise Refused(_("The period that you were given to see has not begun."), _("Come back then."))
        if request.method not in ("GET", "HEAD"):
            raise Refused(
                _("The period that you were given to see is over."), _("Read it as of one of its days.")
            )
        if _by_token(request):  # a program is told, not sent on to another day than it asked for
            step = _("Ask as of one of its days, the last of which is %s.") % last.isoformat()
            raise Refused(_("The period that you were given to see is over."), step, "as_of")
        query = request.GET.copy()
        query["as_of"] = last.isoformat()
        return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")


def _count(key: str) -> int:
    """One more of what the key counts; 1 if its minute has just ended."""
    try:
        return cache.incr(key)
    except ValueError:
        return 1


def _within(context: contextvars.Context, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Draw each part of a stream in the context in which it was begun."""
    while True:
        try:
            part = context.run(next, parts)
        except StopIteration:
            return
        yield part
