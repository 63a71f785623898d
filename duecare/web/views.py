"""Answers that every area gives in the same way: a list, and the page that says what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.web import exports
from duecare.web.listing import Listing

M = TypeVar("M", bound=Model)


def show(
    request: HttpRequest,
    listing: Listing[M],
    rows: QuerySet[M],
    *,
    template: str,
    context: Mapping[str, Any] | None = None,
) -> HttpResponseBase:
    """The list as the address asks for it: `template` with the list as `page`, or a CSV or JSON stream.

    `rows` holds only what the person may see, with whatever `select_related` the columns need. The
    template includes `web/listing.html`. Raises BadInput for an address that the list does not understand.
    """
    asked = listing.read(request.GET, rows.model)
    if asked.format:
        return exports.stream(listing, rows, asked)
    return render(request, template, {**(context or {}), "page": listing.page(rows, asked)})


API = "/api/"
"""Where programs ask; they are answered in JSON, errors too."""


def error_page(
    status: int, title: str, what: str, next_step: str, request: HttpRequest | None = None, place: str = ""
) -> HttpResponse:
    """The page that says what happened and what to do next; for a request of the API the same as JSON.

    It is drawn without the request: the context of a page may need the very thing that failed.
    """
    if request is not None and request.path.startswith(API):
        error = {"what": str(what), "next_step": str(next_step), "place": str(place)}
        return JsonResponse({"error": error}, status=status, json_dumps_params={"ensure_ascii": False})
    context = {"title": title, "what": what, "next_step": next_step, "code": status}
    return HttpResponse(render_to_string("web/error.html", context), status=status)


def explain(error: DuecareError, request: HttpRequest) -> HttpResponse:
    """The answer to an error of our own tree, in the error's words."""
    status, title = 500, _("Something is wrong")
    if isinstance(error, NotFound):
        status, title = 404, _("Not found")
    elif isinstance(error, Refused):
        status, title = 403, _("Not allowed")
    elif isinstance(error, BadInput):
        status, title = 400, _("That cannot be used")
    return error_page(status, title, error.what, error.next_step, request, error.place)


class ExplainErrors:
    """Middleware: an error of our own tree that a view let through becomes its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return explain(error, request) if isinstance(error, DuecareError) else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400`. The exception's words stay in the log: they can tell a stranger about the set-up."""
    return error_page(
        400,
        _("That cannot be used"),
        _("The server could not make sense of this request."),
        _("Go back and try again; if you typed the address, check it."),
        request,
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler403`."""
    return error_page(
        403,
        _("Not allowed"),
        _("Your role does not allow this."),
        _("If you need it for your work, ask an owner or manager of this Duecare."),
        request,
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler404`; also the answer for what a person may not see."""
    return error_page(
        404,
        _("Not found"),
        _("There is no such page, or none that you may see."),
        _("Check the address, or begin at the home page."),
        request,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`."""
    return error_page(
        500,
        _("Something is wrong"),
        _("This is our fault, not yours. The server could not finish the page; the details are in its log."),
        _("Try again in a minute. If it stays, tell the person who runs this Duecare what you were doing."),
        request,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`: a form that was open too long, or did not come from our own pages."""
    return error_page(
        403,
        _("This form has expired"),
        _("Nothing was changed. The form was open for too long, or your browser blocks our cookie."),
        _("Go back, load the page again, and send the form once more."),
        request,
    )
