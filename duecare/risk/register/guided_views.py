"""The guided entry of a scenario: one question a page, each answer saved when it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, NotFound
from duecare.ledger.viewers import Request, Viewer
from duecare.risk.form_pages import refuse
from duecare.risk.register import actions
from duecare.risk.register.doors import changer
from duecare.risk.register.estimate_views import beside, demand_terms, estimate_form, saved
from duecare.risk.register.forms import ScenarioForm
from duecare.risk.register.guided import CHECK, SAFEGUARDS, WORDS, Question, left_out, steps
from duecare.risk.register.library import INDUSTRIES, Shipped, library
from duecare.risk.register.models import Estimate, Scenario
from duecare.risk.register.queries import find_scenario, terms
from duecare.risk.register.telling import effects_told, estimates_told, figures_told, name_of_thing
from duecare.risk.register.views import demand_standing, likely_safeguards, people


@require_safe
def choose(request: Request) -> HttpResponseBase:
    """The first page: a scenario that ships, by industry, or one's own words."""
    viewer = changer(request)
    industry = request.GET.get("industry", "")
    if industry and industry not in INDUSTRIES:
        raise NotFound(_("There is no such industry."), _("Choose one of the list."))
    standing = Scenario.objects.all().visible_to(viewer).filter(ended_at=None).exclude(library="")
    there = {row.library: row for row in standing}
    offered = [(one, there.get(one.id)) for one in library().values() if one.fits(industry)]
    # What is of one's own industry comes first: the rest everybody has.
    offered.sort(key=lambda pair: bool(industry) and industry not in pair[0].industries)
    context = {
        "offered": offered,
        "industries": INDUSTRIES.items(),
        "industry": industry,
        "terms": terms(viewer),
    }
    return render(request, "risk/scenario_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: Request) -> HttpResponseBase:
    """The second: who does what to which thing, with which harm. `?from=` names one that ships."""
    viewer = changer(request)
    shipped = library().get(request.GET.get("from", ""))
    initial = {name: str(getattr(shipped, name)) for name in actions.LENGTHS} if shipped else {}
    form = ScenarioForm(
        request.POST if request.method == "POST" else None,
        initial={**initial, "owner": viewer.person, "things": request.GET.get("about", "")[:120]},
        people=people(request, viewer),
    )
    if form.is_valid():
        try:
            made = actions.add_scenario(viewer, form.draft(shipped.id if shipped else ""), request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            return redirect(_onward(_steps(made, viewer), 0, made.pk))
    found = steps(shipped)
    context = {
        **_framed(found, 0),
        "before": reverse("scenario-new"),
        "form": form,
        "shipped": shipped,
        "estimates": False,
    }
    return render(request, "risk/scenario_step.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: Request, key: str, id: str) -> HttpResponseBase:
    """One question about a scenario that is begun."""
    viewer = changer(request)
    row = demand_standing(find_scenario(key, viewer))
    found = _steps(row, viewer, also=id)
    place = next((place for place, one in enumerate(found) if one.id == id), None)
    if place is None:
        raise NotFound(_("There is no such question."), _("Go back to the scenario."))
    context: dict[str, Any] = {
        **_framed(found, place),
        "scenario": row,
        "shipped": library().get(row.library),
        "onward": _onward(found, place, key),
        "before": reverse("scenario-step", args=[key, found[place - 1].id]) if place else "",
    }
    if id == WORDS:
        return _words(request, viewer, row, context)
    if id == SAFEGUARDS:
        return _safeguards(request, viewer, row, context)
    if id == CHECK:
        return _check(request, viewer, row, context)
    form = estimate_form(request, viewer, row, id, demand_terms(viewer))
    if saved(request, viewer, row, form):
        return redirect(context["onward"])
    context |= {"form": form, "estimates": True, **beside(request, id, form)}
    return render(request, "risk/scenario_step.html", context, status=400 if form.errors else 200)


def _words(request: Request, viewer: Viewer, row: Scenario, context: dict[str, Any]) -> HttpResponseBase:
    form = ScenarioForm(
        request.POST if request.method == "POST" else None,
        initial=ScenarioForm.of(row),
        people=people(request, viewer),
    )
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            actions.change_scenario(viewer, row.pk, form.draft(), -1 if seen is None else seen, request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            return redirect(context["onward"])
    context |= {"form": form, "estimates": False}
    return render(request, "risk/scenario_step.html", context, status=400 if form.errors else 200)


def _safeguards(request: Request, viewer: Viewer, row: Scenario, context: dict[str, Any]) -> HttpResponseBase:
    if request.method == "POST":
        return redirect(context["onward"])
    effects = effects_told(row, viewer)
    here = {(one.row.safeguard, one.row.on) for one in effects}
    likely = [one for one in likely_safeguards(context["shipped"]) if (one[0], one[2]) not in here]
    return render(request, "risk/scenario_safeguards.html", {**context, "effects": effects, "likely": likely})


def _check(request: Request, viewer: Viewer, row: Scenario, context: dict[str, Any]) -> HttpResponseBase:
    if request.method == "POST":
        actions.review_scenario(viewer, row.pk, request.now)
        messages.success(request, _("The scenario stands in the register."))
        return redirect("risk-scenario", row.pk)
    found = demand_terms(viewer)
    told = estimates_told(row, found, viewer)
    shown, why = figures_told([row], found, viewer)
    omitted = left_out(context["shipped"], [one.what for one in told if one.estimates])
    context |= {
        "told": [one for one in told if one.what not in omitted],
        "omitted": [(what, name_of_thing(what)) for what in omitted],
        "effects": effects_told(row, viewer),
        "figures": shown,
        "why_none": why,
    }
    return render(request, "risk/scenario_check.html", context)


def _steps(row: Scenario, viewer: Viewer, also: str = "") -> Sequence[Question]:
    shipped: Shipped | None = library().get(row.library)
    standing = Estimate.objects.all().visible_to(viewer).filter(scenario=row, ended_at=None)
    return steps(shipped, [*standing.values_list("what", flat=True), also])


def _onward(found: Sequence[Question], place: int, key: str) -> str:
    """The address of the page after this one."""
    if place + 1 == len(found):
        return reverse("risk-scenario", args=[key])
    return reverse("scenario-step", args=[key, found[place + 1].id])


def _framed(found: Sequence[Question], place: int) -> dict[str, Any]:
    # The choice in the library is the first page.
    return {"question": found[place], "number": place + 2, "total": len(found) + 1}
