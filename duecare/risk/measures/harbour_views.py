"""Pages of safe harbours: how each stands, and what the organisation says."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError
from duecare.ledger import asof
from duecare.ledger.viewers import Request, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.definitions import DEFINITIONS
from duecare.risk.form_pages import form_page, refuse
from duecare.risk.measures.harbours import HarbourForm, answers, lines, say
from duecare.risk.measures.judging_views import decided, reads_tests
from duecare.risk.register.doors import changer
from duecare.risk.register.queries import terms
from duecare.risk.rooms import ROOM
from duecare.risk.safe_harbours import safe_harbours


@require_safe
def harbours(request: Request) -> HttpResponseBase:
    """All safe harbours that ship, by what is known."""
    viewer = demand_area(request, ROOM)
    set_terms = terms(viewer)
    if set_terms is None or not reads_tests(viewer, set_terms):
        context = {"definitions": [DEFINITIONS["safe-harbours"]], "undecided": not decided()}
        return render(request, "risk/reasonableness_off.html", context)
    context = {
        "test": DEFINITIONS["safe-harbours"],
        "harbours": lines(viewer),
        "as_of_day": safe_harbours().as_of,
        "said": answers(viewer),
        "may_say": viewer.changes and asof.current() is None and not set_terms.matter,
    }
    return render(request, "risk/harbours.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request) -> HttpResponseBase:
    """Say which frameworks are followed, and which conditions are so."""
    viewer = changer(request)
    set_terms = terms(viewer)
    if set_terms is None or not reads_tests(viewer, set_terms):
        return redirect("safe-harbours")
    row = answers(viewer)
    form = HarbourForm(request.POST if request.method == "POST" else None)
    form.initial = {**form.began(row), "seen": seen_entry(row) if row else None}
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            say(
                viewer, *form.said(), form.cleaned_data["reason"],
                -1 if seen is None else int(seen), request.now,
            )  # fmt: skip
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("What you said counts from now on."))
            return redirect("safe-harbours")
    text = _("Say only what you could prove. What nobody has said stays open, and is never met.")
    title = _("What safe harbours ask for")
    return form_page(request, form, title, text, _("Save"), reverse("safe-harbours"))
