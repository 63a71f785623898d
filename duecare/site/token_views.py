"""The tokens of one person's programs: which there are, making one, ending one."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from duecare.errors import DuecareError
from duecare.ledger.viewers import Request, Scope
from duecare.site import api_tokens
from duecare.site.forms import TokenForm


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: Request) -> HttpResponseBase:
    """The viewer's tokens, and a form for another; a new token is shown this once."""
    viewer = request.viewer
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        try:
            token = api_tokens.make_token(
                viewer, values["name"], values["scopes"], values["days"], request.now
            )
        except DuecareError as error:
            form.add_error(error.place or None, str(error))
        else:
            shown = {"token": token, "name": values["name"], "address": request.build_absolute_uri("/api/")}
            return render(request, "site/token.html", shown)
    labels = dict(form.fields["scopes"].choices)  # type: ignore[attr-defined]
    context = {
        "form": form,
        "tokens": [
            (one, [labels[Scope(scope)] for scope in one.scopes if scope in set(Scope)])
            for one in api_tokens.tokens_of(viewer, request.now)
        ],
    }
    return render(request, "site/tokens.html", context, status=400 if form.errors else 200)


@require_POST
def token_end(request: Request, key: int) -> HttpResponseBase:
    """End a token of the viewer's."""
    ended = api_tokens.end_token(request.viewer, key, request.now)
    messages.success(request, _("The token “%s” opens nothing any more.") % ended.name)
    return redirect("tokens")
