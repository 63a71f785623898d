"""What pages with one form have in common in all rooms of risk: what was sent, what is refused, the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from duecare.errors import DuecareError, Refused
from duecare.ledger.viewers import Request
from duecare.program.unchanged import count_from


def sent(request: Request) -> Any:
    """What was posted; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def refuse(form: Any, error: DuecareError, renamed: Mapping[str, str] | None = None) -> None:
    """Put an error beside the field that it names, if the form has it, else above all; `renamed` where the
    form calls it otherwise.

    If somebody changed meanwhile what the form was drawn from, it says beside each field how that stands now,
    and counts from there: the second try is taken. `form.initial` is what would be drawn now.
    """
    place = (renamed or {}).get(error.place, error.place)
    now = form.initial.get("seen")
    stale = isinstance(error, Refused) and now is not None and form.cleaned_data.get("seen") != now
    stands = count_from(form, now, form.initial) if stale else []
    form.add_error(place if place in form.fields else None, str(error))
    for name, words in stands:
        form.add_error(name, _("Now it says: %s") % (words or "–"))


def form_page(
    request: Request, form: Any, title: str, text: str, button: str, back: str, **more: Any
) -> HttpResponseBase:
    """The page of one form."""
    context = {"form": form, "title": title, "text": text, "button": button, "back": back, **more}
    return render(request, "risk/form.html", context, status=400 if form.errors else 200)
