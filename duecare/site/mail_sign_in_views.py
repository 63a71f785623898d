"""The pages of signing in by mail. None changes anything by a GET: mail scanners open every link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import login
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from duecare.errors import NotFound, Refused
from duecare.ledger.viewers import Request
from duecare.program.record_form import RecordForm
from duecare.site import mail_sign_in
from duecare.site.accounts import sign_in_by_mail
from duecare.site.mail_sign_in import Pending
from duecare.site.models import User

PENDING = "mail_sign_in"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class AddressForm(RecordForm):
    """Who wants to sign in."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class CodeForm(RecordForm):
    """The code from the mail."""

    code = forms.CharField(
        label=gettext_lazy("Code from the mail"),
        max_length=40,
        help_text=gettext_lazy("Eight letters and digits; the dash and capitals do not matter."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def mail_ask(request: Request) -> HttpResponseBase:
    """Ask for a mail. The answer does not tell whether anybody signs in with the address."""
    _demand_offered()
    if request.user.is_authenticated:
        return redirect("home")
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            pending = mail_sign_in.ask(form.cleaned_data["email"], _address(request), request.now)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            request.session[PENDING] = {"key": pending.key, "secret": pending.secret}
            return redirect("mail-sign-in-code")
    return _page(request, "site/mail_ask.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_code(request: Request) -> HttpResponseBase:
    """Type the code, in the browser that asked."""
    _demand_offered()
    if request.user.is_authenticated:
        return redirect("home")
    pending = _pending(request)
    if pending is None:
        return redirect("mail-sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _redeem(request, form, pending.key, "", form.cleaned_data["code"])
        if answer is not None:
            return answer
    return _page(request, "site/mail_code.html", form, same=True, waiting=True)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_link(request: Request, key: str, token: str) -> HttpResponseBase:
    """What the mail's link leads to: a button in the browser that asked, elsewhere a field for the code."""
    _demand_offered()
    if request.user.is_authenticated:
        return redirect("home")
    asked = mail_sign_in.found(key, token, request.now)
    same = asked is not None and mail_sign_in.is_from(asked, _pending(request))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if same:
        form.fields["code"].required = False
    if request.method == "POST" and form.is_valid():
        answer = _redeem(request, form, key, token, form.cleaned_data["code"])
        if answer is not None:
            return answer
    elif asked is None:
        raise NotFound(
            _("This link opens nothing any more: it is older than 15 minutes, or was used."),
            _("Ask for another mail on the sign-in page."),
        )
    return _page(request, "site/mail_code.html", form, same=same, waiting=False)


def _demand_offered() -> None:
    if not mail_sign_in.offered():
        raise NotFound(
            _("Nobody signs in to this Duecare by mail."), _("Sign in with your password or passkey.")
        )


def _pending(request: Request) -> Pending | None:
    kept = request.session.get(PENDING)
    return Pending(kept["key"], kept["secret"]) if kept else None


def _address(request: Request) -> str:
    return str(request.META.get("REMOTE_ADDR") or "")


def _redeem(request: Request, form: CodeForm, key: str, token: str, code: str) -> HttpResponseBase | None:
    """Home, signed in; None with the error in the form."""
    try:
        user: User = mail_sign_in.redeem(key, _pending(request), token, code, _address(request), request.now)
    except Refused as error:
        form.add_error("code", str(error))
        return None
    request.session.pop(PENDING, None)
    with sign_in_by_mail(request):
        login(request, user, backend=BACKEND)
    return redirect("home")


def _page(request: Request, template: str, form: forms.Form, **context: Any) -> HttpResponseBase:
    return render(request, template, {"form": form, **context}, status=400 if form.errors else 200)
