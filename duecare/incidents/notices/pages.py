"""What the pages of clocks, decisions and notices share."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render

from duecare.errors import DuecareError, Refused
from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.pages import SEEN
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.ledger.records import Record
from duecare.ledger.viewers import Request
from duecare.program.unchanged import seen_entry


def worker(request: Request, key: str) -> Case:
    """The case, if the viewer may work on it. Raises NotFound or Refused otherwise."""
    case = find_case(key, request.viewer)
    demand_worker(case, request.viewer)
    return case


def sent(request: Request) -> Any:
    """What a form was sent with; None while it is only shown."""
    return request.POST if request.method == "POST" else None


def again(form: Any, error: DuecareError, record: Record) -> bool:
    """After somebody changed the record meanwhile: the words stay in the form, and saving again saves over
    what is shown beside them. Whether that is so."""
    if not isinstance(error, Refused) or SEEN not in form.fields:
        return False
    record.refresh_from_db()
    form.data = form.data.copy()
    form.data[SEEN] = seen_entry(record)
    return True


def form_page(
    request: Request, case: Case, form: Any, title: str, button: str, back: str, page: str, **more: Any
) -> HttpResponseBase:
    """A page of a case with one form."""
    context = {"form": form, "title": title, "button": button, "back": back, **more}
    status = 400 if form.errors else 200
    return render(request, "incidents/clock_form.html", framed(case, request, page, **context), status=status)
