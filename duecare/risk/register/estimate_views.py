"""Pages about the estimates of one scenario: giving one, withdrawing one."""

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
from duecare.risk.form_pages import form_page, refuse
from duecare.risk.register import estimate_actions
from duecare.risk.register.believing import HISTORY, KINDS, RANGE, kinds_of
from duecare.risk.register.doors import changer
from duecare.risk.register.estimate_actions import Doubtful, may_withdraw
from duecare.risk.register.estimate_forms import EstimateForm, shown_numbers
from duecare.risk.register.forms import ReasonForm
from duecare.risk.register.forms_of_loss import FORMS, RATE
from duecare.risk.register.guided import QUESTIONS
from duecare.risk.register.library import rates_about
from duecare.risk.register.models import Estimate, RiskTerms, Scenario
from duecare.risk.register.queries import find_scenario, terms
from duecare.risk.register.telling import name_of_thing
from duecare.risk.register.views import demand_standing


@require_http_methods(["GET", "HEAD", "POST"])
def estimate(request: Request, key: str, what: str) -> HttpResponseBase:
    """Estimate one thing of a scenario, outside of the guided entry."""
    viewer = changer(request)
    row = demand_standing(find_scenario(key, viewer))
    found = demand_terms(viewer)
    form = estimate_form(request, viewer, row, what, found)
    if saved(request, viewer, row, form):
        words = _("Your estimate stands.")
        if form.kind == HISTORY:
            words = _("This history stands now, in place of any that was told before.")
        messages.success(request, words)
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
    sent = request.POST if request.method == "POST" else None
    return EstimateForm(what, kind, found, sent, before=before)


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
    return {"ways": ways, "base_rates": rates_about(what), "what": what}


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, key: str, estimate: str) -> HttpResponseBase:
    """Withdraw an estimate."""
    viewer = changer(request)
    row = demand_standing(find_scenario(key, viewer))
    one: Estimate | None = Estimate.objects.all().visible_to(viewer).filter(pk=estimate, scenario=row).first()
    if one is None or one.ended_at is not None or not may_withdraw(one, viewer):
        raise NotFound(
            _("There is no such estimate of yours that stands."), _("Ask who gave it, or an owner.")
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
