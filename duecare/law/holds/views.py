"""Pages of legal holds: which there are, one of them, placing, changing and ending one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, Refused
from duecare.law.holds import actions
from duecare.law.holds.forms import EndForm, HoldForm
from duecare.law.holds.models import LegalHold
from duecare.law.holds.queries import HOLD, KINDS, LISTING, demand_holder, find_hold
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.viewers import Request, Viewer
from duecare.program import remarks
from duecare.program.statement_queries import names_of
from duecare.program.subjects import address_of, name_of
from duecare.program.unchanged import draw_anew
from duecare.web.views import show

HISTORY = 20


@require_safe
def holds(request: Request) -> HttpResponseBase:
    """All legal holds, the newest first."""
    viewer = demand_holder(request)
    may = asof.current() is None
    listing = (
        replace(LISTING, empty=replace(LISTING.empty, url=reverse("legal-hold-new"))) if may else LISTING
    )
    rows = LegalHold.objects.all().visible_to(viewer)
    return show(request, listing, rows, template="law/holds.html", context={"may_place": may})


@require_safe
def hold(request: Request, key: str) -> HttpResponseBase:
    """One hold: why, what it covers, who asked for it, how it ended."""
    viewer = demand_holder(request)
    row = find_hold(key, viewer)
    names = names_of({row.made_by, row.ended_by} - {""}, viewer)
    context = {
        "hold": row,
        "state": "ended" if row.ended_at else "standing",
        "things": [_thing(one, viewer) for one in row.things],
        "made_by": names.get(row.made_by, row.made_by),
        "ended_by": names.get(row.ended_by, row.ended_by),
        "may_change": row.ended_at is None and asof.current() is None,
        "entries": list(entries_about(HOLD, [key], viewer).filter(kind=HOLD).order_by("-index")[:HISTORY]),
        **remarks.context(f"{HOLD}:{key}", viewer),
    }
    return render(request, "law/hold.html", context)


def _thing(one: str, viewer: Viewer) -> tuple[str, str]:
    """What is held in words, with its address."""
    if ":" not in one:
        return str(KINDS.get(one, one)), ""
    return name_of(one, viewer) or _("something that you may not see"), address_of(one)


@require_http_methods(["GET", "HEAD", "POST"])
def place(request: Request) -> HttpResponseBase:
    """Place a hold; `?about=` names what it is to cover."""
    viewer = demand_holder(request)
    today = timezone.localdate(request.view_now)
    initial: dict[str, Any] = {"since": today, "things": request.GET.get("about", "")[:120]}
    if initial["things"]:
        initial["covers"] = name_of(initial["things"], viewer)
    form = HoldForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            made = actions.place_hold(viewer, form.draft(), request.now)
        except DuecareError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("The hold stands from now on."))
            return redirect("legal-hold", made.pk)
    words = _("What is held is kept whatever its time. Who keeps things outside of Duecare has to be told.")
    return _page(request, form, _("Place a legal hold"), words, _("Place it"), reverse("legal-holds"))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, key: str) -> HttpResponseBase:
    """Change what a hold says."""
    viewer = demand_holder(request)
    row = _standing(find_hold(key, viewer))
    form = HoldForm(request.POST if request.method == "POST" else None, initial=HoldForm.of(row))
    stands: list[tuple[str, str]] = []
    if form.is_valid():
        try:
            actions.change_hold(viewer, key, form.draft(), form.cleaned_data["seen"] or -1, request.now)
        except DuecareError as error:
            if isinstance(error, Refused):
                row.refresh_from_db()
                stands = draw_anew(form, row, HoldForm.of(row))
            _refuse(form, error)
        else:
            messages.success(request, _("The hold was changed."))
            return redirect("legal-hold", key)
    back = reverse("legal-hold", args=[key])
    return _page(request, form, _("Change the hold"), row.name, _("Save"), back, stands=stands)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, key: str) -> HttpResponseBase:
    """Let go what is held."""
    viewer = demand_holder(request)
    row = _standing(find_hold(key, viewer))
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.end_hold(viewer, key, form.cleaned_data["reason"], request.now)
        except DuecareError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("The hold has ended. It stays in the record."))
            return redirect("legal-hold", key)
    return _page(request, form, _("End the hold"), row.name, _("End it"), reverse("legal-hold", args=[key]))


def _standing(row: LegalHold) -> LegalHold:
    if row.ended_at is not None:
        raise Refused(_("This hold has ended already."), _("Place a new one if it is needed again."))
    return row


def _refuse(form: HoldForm | EndForm, error: DuecareError) -> None:
    form.add_error(error.place if error.place in form.fields else None, str(error))


def _page(
    request: Request, form: HoldForm | EndForm, title: str, text: str, button: str, back: str, **more: Any
) -> HttpResponseBase:
    context = {"form": form, "title": title, "text": text, "button": button, "back": back, **more}
    return render(request, "law/form.html", context, status=400 if form.errors else 200)
