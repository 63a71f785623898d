"""Pages about estimates and safeguards of one scenario: giving and withdrawing, adding, changing, ending."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger.viewers import Request, Viewer
from duecare.program.catalogue import catalogue
from duecare.risk.register import effect_actions, estimate_actions
from duecare.risk.register.believing import KINDS, RANGE, kinds_of
from duecare.risk.register.doors import changer
from duecare.risk.register.effect_forms import EffectForm, EndEffectForm
from duecare.risk.register.estimate_actions import Doubtful, may_withdraw
from duecare.risk.register.estimate_forms import EstimateForm, shown_numbers
from duecare.risk.register.forms import ReasonForm
from duecare.risk.register.forms_of_loss import FORMS, RATE
from duecare.risk.register.guided import QUESTIONS
from duecare.risk.register.library import base_rates, library, rates_about
from duecare.risk.register.models import Effect, Estimate, RiskTerms, Scenario
from duecare.risk.register.queries import find_scenario, terms
from duecare.risk.register.telling import name_of_thing
from duecare.risk.register.views import demand_standing, form_page, refuse


@require_http_methods(["GET", "HEAD", "POST"])
def estimate(request: Request, key: str, what: str) -> HttpResponseBase:
    """Estimate one thing of a scenario, outside of the guided entry."""
    viewer = changer(request)
    row = demand_standing(find_scenario(key, viewer))
    found = demand_terms(viewer)
    form = estimate_form(request, viewer, row, what, found)
    if saved(request, viewer, row, form):
        messages.success(request, _("Your estimate stands."))
        return redirect("risk-scenario", key)
    context = {
        "form": form,
        "title": name_of_thing(what),
        "question": QUESTIONS[what],
        "scenario": row,
        "back": reverse("risk-scenario", args=[key]),
        **beside(request, what, form),
    }
    return render(request, "risk/estimate.html", context, status=400 if form.errors else 200)


def demand_terms(viewer: Viewer) -> RiskTerms:
    """The terms. Raises Refused before there are any."""
    found = terms(viewer)
    if found is None:
        raise Refused(
            _("The terms of risk are not set yet."), _("Set the currency first, under “Terms of risk”.")
        )
    return found


def estimate_form(
    request: Request, viewer: Viewer, row: Scenario, what: str, found: RiskTerms
) -> EstimateForm:
    """The form of the way that the address asks for, with what the viewer said before."""
    if what != RATE and what not in FORMS:
        raise NotFound(_("There is no such form of loss."), _("Look at the page of the scenario."))
    before = None
    if viewer.person:
        mine = Estimate.objects.all().visible_to(viewer)
        before = mine.filter(scenario=row, what=what, author=viewer.person, ended_at=None).first()
    kind = request.GET.get("kind", "") or (before.kind if before else RANGE)
    if kind not in kinds_of(what):
        raise NotFound(_("It cannot be told in that way."), _("Look at the page of the scenario."))
    base = base_rates().get(request.GET.get("base", ""))
    sent = request.POST if request.method == "POST" else None
    return EstimateForm(what, kind, found, sent, before=before, source=base.cited if base else "")


def saved(request: Request, viewer: Viewer, row: Scenario, form: EstimateForm) -> bool:
    """Whether what was sent was good, and is recorded."""
    if not form.is_valid():
        return False
    try:
        estimate_actions.estimate(viewer, row.pk, form.estimated(), request.now)
    except Doubtful as error:
        form.doubt(error.what)
    except DuecareError as error:
        refuse(form, error)
    else:
        return True
    return False


def beside(request: Request, what: str, form: EstimateForm) -> dict[str, Any]:
    """What stands beside the form: other ways to tell it, and what others found."""
    ways = [(KINDS[kind], f"?{urlencode({'kind': kind})}", kind == form.kind) for kind in kinds_of(what)]
    found = [(one, f"?{urlencode({'kind': form.kind, 'base': one.id})}") for one in rates_about(what)]
    return {"ways": ways, "base_rates": found, "what": what}


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, key: str, estimate: str) -> HttpResponseBase:
    """Withdraw an estimate."""
    viewer = changer(request)
    row = demand_standing(find_scenario(key, viewer))
    one: Estimate | None = Estimate.objects.all().visible_to(viewer).filter(pk=estimate, scenario=row).first()
    if one is None:
        raise NotFound(_("There is no such estimate."), _("Look at the page of the scenario."))
    if one.ended_at is not None or not may_withdraw(one, viewer):
        raise Refused(
            _("This estimate is somebody else’s, or does not stand any more."), _("Ask them, or an owner.")
        )
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            estimate_actions.withdraw(viewer, one.pk, form.cleaned_data["reason"], request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The estimate was withdrawn. It stays in the record."))
            return redirect("risk-scenario", key)
    found = terms(viewer)
    words = f"{name_of_thing(one.what)}: {shown_numbers(one, found.currency if found else '')}"
    return form_page(
        request,
        form,
        _("Withdraw an estimate"),
        words,
        _("Withdraw it"),
        reverse("risk-scenario", args=[key]),
    )


# ── Safeguards that hold it down ─────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def effect_add(request: Request, key: str) -> HttpResponseBase:
    """Say that a safeguard in place holds the scenario down; `?safeguard=` and `?on=` choose beforehand."""
    viewer = changer(request)
    row = demand_standing(find_scenario(key, viewer))
    form = effect_form(request, row)
    if effect_saved(request, viewer, row, form):
        messages.success(request, _("It counts from now on."))
        return redirect(effect_back(request, key))
    return form_page(
        request,
        form,
        _("A safeguard that holds it down"),
        str(row),
        _("Save"),
        effect_back(request, key),
    )


def effect_back(request: Request, key: str) -> str:
    """Where the form leads: to the guided entry if it came from there."""
    if request.GET.get("guide"):
        return reverse("scenario-step", args=[key, "safeguards"])
    return reverse("risk-scenario", args=[key])


def effect_form(request: Request, row: Scenario) -> EffectForm:
    """The empty form, the safeguards first that bear on such a scenario."""
    shipped = library().get(row.library)
    chosen = request.GET.get("safeguard", "")
    initial = {
        "safeguard": chosen if chosen in catalogue() else "",
        "on": request.GET.get("on", ""),
        "known": "yes",
    }
    return EffectForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        likely=[one.safeguard for one in shipped.safeguards] if shipped else (),
    )


def effect_saved(request: Request, viewer: Viewer, row: Scenario, form: EffectForm) -> bool:
    """Whether what was sent was good, and is recorded."""
    if not form.is_valid():
        return False
    try:
        effect_actions.add_effect(viewer, row.pk, form.draft(), request.now)
    except DuecareError as error:
        refuse(form, error)
        return False
    return True


def _find_effect(viewer: Viewer, row: Scenario, key: str) -> Effect:
    found: Effect | None = (
        Effect.objects.all().visible_to(viewer).filter(pk=key, scenario=row, ended_at=None).first()
    )
    if found is None:
        raise NotFound(_("There is no such safeguard here."), _("Look at the page of the scenario."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def effect_change(request: Request, key: str, effect: str) -> HttpResponseBase:
    """Change what a safeguard is said to do."""
    viewer = changer(request)
    row = demand_standing(find_scenario(key, viewer))
    one = _find_effect(viewer, row, effect)
    form = EffectForm(
        request.POST if request.method == "POST" else None, initial=EffectForm.of(one), likely=[one.safeguard]
    )
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            effect_actions.change_effect(viewer, one.pk, form.draft(), -1 if seen is None else seen)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("risk-scenario", key)
    return form_page(
        request,
        form,
        _("A safeguard that holds it down"),
        str(row),
        _("Save"),
        reverse("risk-scenario", args=[key]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def effect_end(request: Request, key: str, effect: str) -> HttpResponseBase:
    """Say that a safeguard holds the scenario down no longer."""
    viewer = changer(request)
    row = demand_standing(find_scenario(key, viewer))
    one = _find_effect(viewer, row, effect)
    form = EndEffectForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        try:
            effect_actions.end_effect(
                viewer, one.pk, values["reason"], request.now, known=values["known"] == "yes"
            )
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("It no longer counts. What was said of it stays in the record."))
            return redirect("risk-scenario", key)
    found = catalogue().get(one.safeguard)
    return form_page(
        request,
        form,
        _("Take a safeguard from the scenario"),
        str(found.title) if found else one.safeguard,
        _("Take it away"),
        reverse("risk-scenario", args=[key]),
    )
