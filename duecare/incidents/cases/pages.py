"""How the forms of cases are drawn and sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError, Refused
from duecare.incidents.cases.models import Affected, Case
from duecare.incidents.cases.naming import kind_name, severity_name
from duecare.incidents.cases.phases import phase_of
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.incidents.plans.queries import plan_content
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


def _standing(case: Case, changing: Affected | None) -> list[tuple[str, object]]:
    """What a form can change, as it stands in the record: labels and words."""
    if changing is not None:
        return [
            (_("How it stands"), _(changing.status)),
            (_("What is known of it"), changing.words),
        ]
    content = plan_content(case)
    return [
        (_("Title"), case.title),
        (_("What is known by now"), case.summary),
        (_("Severity"), severity_name(content, case.severity)),
        (_("Kind"), kind_name(content, case.kind)),
        (_("Phase"), phase_of(case.phase).name),
    ]


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
    changing: Affected | None = None,
    **more: Any,
) -> HttpResponseBase:
    """A form that does something with a case, by `do` from its values; then back to the page named `back`.

    `changing` is what the form was drawn from, if that is not the case itself. Somebody changed it meanwhile:
    the words stay in the form, what stands in the record is shown beside them, and saving again is saving
    over what was now seen.
    """
    url = reverse(back, args=[case.pk])
    if form.is_valid():
        try:
            do(form.cleaned_data)
        except DuecareError as error:
            place = error.place if isinstance(error, BadInput) and error.place in form.fields else None
            form.add_error(place, str(error))
            if isinstance(error, Refused) and SEEN in form.fields:
                drawn_from = changing or case
                drawn_from.refresh_from_db()
                form.data = form.data.copy()
                form.data[SEEN] = seen_entry(drawn_from)
                more["stands"] = _standing(case, changing)
        else:
            messages.success(request, done)
            return redirect(url)
    return form_page(request, form, title, button, url, case=case, **more)
