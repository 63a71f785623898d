"""What the pages of this room have in common: a form that is refused beside its fields, and its page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http.response import HttpResponseBase
from django.shortcuts import render

from duecare.errors import DuecareError
from duecare.ledger.browsing import entries_about
from duecare.ledger.models import Entry
from duecare.ledger.viewers import Request, Viewer

HISTORY = 20
"""Entries that the page of a thing lists."""


def sent(request: Request) -> Any:
    """What was posted; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def refuse(form: forms.Form, error: DuecareError, renamed: dict[str, str] | None = None) -> None:
    """Put an error beside the field that it names, if the form has it; `renamed` where the form calls it
    otherwise."""
    place = (renamed or {}).get(error.place, error.place)
    form.add_error(place if place in form.fields else None, str(error))


def form_page(
    request: Request, form: forms.Form, title: str, text: str, button: str, back: str, **more: Any
) -> HttpResponseBase:
    """The page of one form."""
    context = {"form": form, "title": title, "text": text, "button": button, "back": back, **more}
    return render(request, "risk/insurance/form.html", context, status=400 if form.errors else 200)


def history(kind: str, key: str, viewer: Viewer) -> list[Entry]:
    """The newest entries about one thing."""
    return list(entries_about(kind, [key], viewer).filter(kind=kind).order_by("-index")[:HISTORY])
