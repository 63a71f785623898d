"""What the pages with a form of this room have in common."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render

from duecare.errors import DuecareError
from duecare.ledger.viewers import Request


def page(request: Request, form: Any, title: str, text: str, button: str, back: str) -> HttpResponseBase:
    """A form of this room."""
    context = {"form": form, "title": title, "text": text, "button": button, "back": back}
    return render(request, "risk/decisions/form.html", context, status=400 if form.errors else 200)


def refuse(form: Any, error: DuecareError) -> None:
    """Say beside the field, or above all, why something cannot be."""
    form.add_error(error.place if error.place in form.fields else None, str(error))
