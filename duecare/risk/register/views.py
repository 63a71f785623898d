"""Pages of the register: its list, one scenario, changing, reviewing and ending it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, Refused
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks, subject_findings
from duecare.program.catalogue import catalogue
from duecare.program.models import Person
from duecare.program.statement_queries import names_of
from duecare.program.subjects import address_of, name_of
from duecare.program.task_queries import holding_people
from duecare.risk.form_pages import form_page, refuse
from duecare.risk.money import shown
from duecare.risk.register import actions
from duecare.risk.register.doors import changer
from duecare.risk.register.estimate_lists import estimate_rows, estimates_listing
from duecare.risk.register.forms import ReasonForm, ScenarioForm
from duecare.risk.register.library import Shipped, library
from duecare.risk.register.lists import rows, scenarios_listing
from duecare.risk.register.models import Scenario
from duecare.risk.register.queries import SCENARIO, find_scenario, terms
from duecare.risk.register.reviewing import condition_of, looked_at, review_days, stale_before
from duecare.risk.register.telling import effects_told, estimates_told, figures_told
from duecare.risk.rooms import ROOM
from duecare.web.views import show

HISTORY = 20


@require_safe
def scenarios(request: Request) -> HttpResponseBase:
    """All scenarios, by number."""
    viewer = demand_area(request, ROOM)
    may = viewer.changes and asof.current() is None
    listing = scenarios_listing(viewer, request.view_now, reverse("scenario-new") if may else "")
    context = {"may_change": may, "terms": terms(viewer)}
    return show(request, listing, rows(viewer), template="risk/scenarios.html", context=context)


@require_safe
def estimates(request: Request) -> HttpResponseBase:
    """All estimates, the newest first."""
    viewer = demand_area(request, ROOM)
    context = {"terms": terms(viewer)}
    listing = estimates_listing(viewer)
    return show(request, listing, estimate_rows(viewer), template="risk/estimates.html", context=context)


@require_safe
def scenario(request: Request, key: str) -> HttpResponseBase:
    """One scenario: what it says, what people believe of it, what it costs in a year."""
    viewer = demand_area(request, ROOM)
    row = find_scenario(key, viewer)
    found = terms(viewer)
    before = stale_before(request.view_now)
    names = names_of({row.made_by, row.reviewed_by, row.ended_by} - {""}, viewer)
    context: dict[str, Any] = {
        "scenario": row,
        "may_change": viewer.changes and row.ended_at is None and asof.current() is None,
        "made_by": names.get(row.made_by, row.made_by),
        "reviewed_by": names.get(row.reviewed_by, row.reviewed_by),
        "ended_by": names.get(row.ended_by, row.ended_by),
        "terms": found,
        "days": review_days(),
        "is_stale": row.ended_at is None and looked_at(row) < before,
        "shipped": library().get(row.library),
        "effects": effects_told(row, viewer),
        "things": [_thing(one, viewer) for one in row.things],
        "entries": list(
            entries_about(SCENARIO, [key], viewer).filter(kind=SCENARIO).order_by("-index")[:HISTORY]
        ),
        "findings": subject_findings.listed(f"{SCENARIO}:{key}", viewer)["open"],
        **remarks.context(f"{SCENARIO}:{key}", viewer),
    }
    told = estimates_told(row, found, viewer) if found else []
    context["told"] = told
    context["state"] = condition_of(row, [one.what for one in told if one.estimates], before).value
    if found:
        context["figures"], context["why_none"] = figures_told([row], found, viewer)
        context["tolerance"] = shown(found.tolerance, found.currency) if found.tolerance else ""
    return render(request, "risk/scenario.html", context)


def _thing(one: str, viewer: Viewer) -> tuple[str, str]:
    """What it has to do with in words, with its address."""
    name = name_of(one, viewer)
    return (name, address_of(one)) if name else (_("something that you may not see"), "")


def people(request: Request, viewer: Viewer) -> list[Person]:
    """Who can look after a scenario."""
    found = holding_people(timezone.localdate(request.view_now)).visible_to(viewer)
    return list(found.order_by("name", "id"))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, key: str) -> HttpResponseBase:
    """Change what a scenario says."""
    viewer = changer(request)
    row = demand_standing(find_scenario(key, viewer))
    form = ScenarioForm(
        request.POST if request.method == "POST" else None,
        initial=ScenarioForm.of(row),
        people=people(request, viewer),
    )
    if form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            actions.change_scenario(viewer, key, form.draft(), -1 if seen is None else seen, request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The scenario was changed."))
            return redirect("risk-scenario", key)
    return form_page(request, form, _("Change the scenario"), str(row), _("Save"), _back(key))


@require_POST
def review(request: Request, key: str) -> HttpResponseBase:
    """Say that a scenario stands as it is written."""
    viewer = changer(request)
    actions.review_scenario(viewer, find_scenario(key, viewer).pk, request.now)
    messages.success(request, _("It was looked at today, and stands as written."))
    return redirect("risk-scenario", key)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, key: str) -> HttpResponseBase:
    """Take a scenario out of what is counted."""
    viewer = changer(request)
    row = demand_standing(find_scenario(key, viewer))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.end_scenario(viewer, key, form.cleaned_data["reason"], request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The scenario has ended. It stays in the record."))
            return redirect("risk-scenario", key)
    words = _("What has ended is no longer counted in curves and choices. It stays in the record.")
    return form_page(request, form, _("End %s") % row, words, _("End it"), _back(key))


# ── What the other pages of the register use ─────────────────────────────────────────────────────────────


def demand_standing(row: Scenario) -> Scenario:
    """The scenario, if it stands. Raises Refused otherwise."""
    if row.ended_at is not None:
        raise Refused(_("This scenario has ended."), _("Add a new one if it is possible again."))
    return row


def _back(key: str) -> str:
    return reverse("risk-scenario", args=[key])


def likely_safeguards(shipped: Shipped | None) -> list[tuple[str, str, str]]:
    """(id, title, side) of the safeguards that bear on a scenario that ships."""
    if shipped is None:
        return []
    return [(one.safeguard, str(catalogue()[one.safeguard].title), one.side) for one in shipped.safeguards]
