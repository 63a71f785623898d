"""Pages about the safeguards that hold one scenario down: adding, changing, taking away."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duecare.errors import DuecareError, NotFound
from duecare.ledger.viewers import Request, Viewer
from duecare.program.catalogue import catalogue
from duecare.risk.form_pages import form_page, refuse
from duecare.risk.register import effect_actions
from duecare.risk.register.doors import changer
from duecare.risk.register.effect_forms import EffectForm, EndEffectForm
from duecare.risk.register.library import library
from duecare.risk.register.models import Effect, Scenario
from duecare.risk.register.queries import find_scenario
from duecare.risk.register.views import demand_standing


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
