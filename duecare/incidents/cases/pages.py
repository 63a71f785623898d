"""How the forms of cases are drawn and sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from duecare.errors import BadInput, DuecareError, Refused
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.ledger.viewers import Request
from duecare.program.unchanged import seen_entry

SEEN = "seen"


def sent(request: Request) -> Any:
    """What a form was sent with; None while it is only shown."""
    return request.POST if request.method == "POST" else None


def worked(request: Request, key: str) -> Case:
    """The case, if the viewer may change it. Raises NotFound or Refused otherwise."""
    found = find_case(key, request.viewer)
    demand_worker(found, request.viewer)
    return found


def form_page(
    request: Request, form: Any, title: str, button: str, back: str, **more: Any
) -> HttpResponseBase:
    """A form on a page of its own; with `case` under that case's name."""
    context = {"form": form, "title": title, "button": button, "back": back, **more}
    return render(request, "incidents/form.html", context, status=400 if form.errors else 200)


def act(
    request: Request,
    case: Case,
    form: Any,
    do: Callable[[dict[str, Any]], object],
    title: str,
    button: str,
    done: str,
    *,
    back: str = "case",
    **more: Any,
) -> HttpResponseBase:
    """A form that does something with a case, by `do` from its values; then back to the page named `back`.

    Somebody changed it meanwhile: the words stay in the form, what stands in the record is shown beside them,
    and saving again is saving over what was now seen.
    """
    url = reverse(back, args=[case.pk])
    if form.is_valid():
        try:
            do(form.cleaned_data)
        except DuecareError as error:
            place = error.place if isinstance(error, BadInput) and error.place in form.fields else None
            form.add_error(place, str(error))
            if isinstance(error, Refused) and SEEN in form.fields:
                case.refresh_from_db()
                form.data = form.data.copy()
                form.data[SEEN] = seen_entry(case)
                more["stands"] = case
        else:
            messages.success(request, done)
            return redirect(url)
    return form_page(request, form, title, button, url, case=case, **more)
