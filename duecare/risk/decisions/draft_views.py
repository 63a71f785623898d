"""Pages on which a decision is drawn up, its options weighed, put before an approver, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger.viewers import Request, Viewer
from duecare.program.unchanged import seen_entry
from duecare.risk.decisions import actions, putting
from duecare.risk.decisions.drafts import Option
from duecare.risk.decisions.figures import (
    lacking_words,
    signers_line,
    signing_words,
)
from duecare.risk.decisions.forms import DraftForm, OptionForm, PutForm, WithdrawForm
from duecare.risk.decisions.gathering import gather
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.paper import paper_facts
from duecare.risk.decisions.queries import (
    OPEN,
    Condition,
    demand_worker,
    find_decision,
    others_who_may_sign,
    roles_of,
)
from duecare.risk.form_pages import form_page, refuse
from duecare.risk.measures.models import Measure
from duecare.risk.register.models import Scenario
from duecare.risk.register.queries import terms


@require_http_methods(["GET", "HEAD", "POST"])
def draw_up(request: Request) -> HttpResponseBase:
    """Draw up a decision; `?scenario=` chooses what it is about."""
    viewer = demand_worker(request)
    choices = _scenarios(viewer)
    about = request.GET.get("scenario", "")[:40]
    initial = {"scenarios": [about] if about in dict(choices) else [], "kind": "reduce"}
    form = DraftForm(request.POST if request.method == "POST" else None, initial=initial, scenarios=choices)
    if form.is_valid():
        try:
            made = actions.draw_up(viewer, form.draft(), request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Drawn up. Now weigh what could be done."))
            return redirect("risk-decision", made.pk)
    words = _("What is asked, and what you would do. The options are weighed on the next page.")
    if not choices:
        words = _("There is no scenario yet to decide on: put one into the register first.")
    return form_page(request, form, _("Draw up a decision"), words, _("Go on"), reverse("risk-decisions"))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, key: str) -> HttpResponseBase:
    """Change what a draft says."""
    viewer = demand_worker(request)
    row = _open(find_decision(key, viewer))
    form = DraftForm(
        request.POST if request.method == "POST" else None,
        initial={**DraftForm.of(row), "seen": seen_entry(row)},
        scenarios=_scenarios(viewer, row.scenarios),
    )
    back = reverse("risk-decision", args=[key])
    if form.is_valid():
        draft = form.draft(actions.draft_of(row).options)
        try:
            actions.change(viewer, key, draft, _seen(form), request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The draft was changed."))
            return redirect(back)
    return form_page(request, form, _("Change the draft"), str(row), _("Save"), back)


@require_http_methods(["GET", "HEAD", "POST"])
def option(request: Request, key: str, place: int | None = None) -> HttpResponseBase:
    """Weigh an option, or change one that is there; place 0 is doing nothing."""
    viewer = demand_worker(request)
    row = _open(find_decision(key, viewer))
    options = actions.draft_of(row).options
    if place is not None and place >= len(options):
        raise NotFound(_("There is no such option."), _("Look at the decision."))
    said = terms(viewer)
    currency = said.currency if said else ""
    there = Option("") if place is None else options[place]
    form = OptionForm(
        request.POST if request.method == "POST" else None,
        initial={**OptionForm.of(there), "seen": seen_entry(row)},
        measures=_measures(viewer, there.measures),
        currency=currency,
        nothing=place == 0,
    )
    back = reverse("risk-decision", args=[key])
    if form.is_valid():
        try:
            actions.weigh(viewer, key, place, form.option(there), _seen(form), request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The option was weighed."))
            return redirect(back)
    title = _("Weigh another option") if place is None else _("Weigh “%s”") % there.label
    return form_page(request, form, title, row.question, _("Save"), back)


@require_POST
def option_out(request: Request, key: str, place: int) -> HttpResponseBase:
    """Take an option out of a draft."""
    viewer = demand_worker(request)
    row = _open(find_decision(key, viewer))
    actions.take_out(viewer, key, place, seen_entry(row), request.now)
    messages.success(request, _("The option was taken out."))
    return redirect("risk-decision", key)


@require_http_methods(["GET", "HEAD", "POST"])
def put(request: Request, key: str) -> HttpResponseBase:
    """Put a decision before whoever signs: its figures are computed and frozen."""
    viewer = demand_worker(request)
    row = _open(find_decision(key, viewer))
    back = reverse("risk-decision", args=[key])
    foreseen, hindrance = _foreseen(row, viewer, request)
    people = others_who_may_sign(foreseen, viewer.actor, timezone.localdate(request.now))
    may_sign_it = viewer.has(*roles_of(foreseen))
    form = PutForm(
        request.POST if request.method == "POST" else None,
        initial={"seen": seen_entry(row), "before": people[0][0] if len(people) == 1 else ""},
        people=people,
    )
    if form.is_valid():
        values = form.cleaned_data
        try:
            putting.put(
                viewer,
                key,
                values.get("before") or None,
                _seen(form),
                request.now,
                outside=values.get("outside", False),
            )
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Put. What it rests on is frozen; this is the paper."))
            return redirect("risk-paper", key)
    context = {
        "form": form,
        "decision": row,
        "back": back,
        "facts": paper_facts(foreseen) if foreseen.figures else [],
        "alone": not people and may_sign_it,
        "nobody": not people and not may_sign_it,
        "signers": signers_line(foreseen) if foreseen.figures else "",
        "hindrance": hindrance,
        "missing": lacking_words(foreseen),
        "signing": signing_words(foreseen) if foreseen.figures else "",
    }
    return render(request, "risk/decisions/put.html", context, status=400 if form.errors else 200)


def _foreseen(
    row: RiskDecision, viewer: Viewer, request: Request
) -> tuple[RiskDecision, DuecareError | None]:
    """The decision as it would be frozen now, unsaved; and what hinders it."""
    foreseen = find_decision(row.pk, viewer)
    try:
        read = gather(foreseen, viewer, request.now)
        frozen = putting.computed(read)
    except DuecareError as error:
        foreseen.figures = {}
        return foreseen, error
    foreseen.currency = read.currency
    foreseen.figures, foreseen.known = dict(frozen.figures), dict(read.known)
    return foreseen, None


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, key: str) -> HttpResponseBase:
    """Withdraw a decision: it stands no more."""
    viewer = demand_worker(request)
    row = find_decision(key, viewer)
    back = reverse("risk-decision", args=[key])
    if row.state == Condition.WITHDRAWN.value:
        raise Refused(_("This decision was withdrawn already."), _("Draw up another."))
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.withdraw(viewer, key, form.cleaned_data["reason"], request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Withdrawn. It stays in the record."))
            return redirect(back)
    return form_page(request, form, _("Withdraw the decision"), str(row), _("Withdraw it"), back)


def _seen(form: Any) -> int:
    seen = form.cleaned_data["seen"]
    return -1 if seen is None else int(seen)


def _open(row: RiskDecision) -> RiskDecision:
    if row.state not in OPEN:
        raise Refused(
            _("This decision is no draft any more."),
            _("Withdraw it and draw up another, or let who reads it send it back."),
        )
    return row


def _scenarios(viewer: Viewer, kept: Sequence[str] = ()) -> list[tuple[str, str]]:
    rows = Scenario.objects.all().visible_to(viewer).order_by("number")
    return [(one.pk, str(one)) for one in rows if one.ended_at is None or one.pk in kept]


def _measures(viewer: Viewer, kept: Sequence[str] = ()) -> list[tuple[str, str]]:
    rows = Measure.objects.all().visible_to(viewer).order_by("title", "id")
    return [(one.pk, one.title) for one in rows if one.ended_at is None or one.pk in kept]
