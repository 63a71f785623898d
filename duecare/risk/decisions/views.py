"""Pages of decisions: which there are, one of them, drawing up, weighing options, putting, replaying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks
from duecare.program.approval_queries import decisions_about
from duecare.program.judgement import find_check
from duecare.program.statement_queries import names_of
from duecare.program.subjects import address_of
from duecare.program.unchanged import seen_entry
from duecare.risk.decisions import actions, putting
from duecare.risk.decisions.drafts import Option, lacking
from duecare.risk.decisions.figures import (
    VERSIONS,
    amount_line,
    lacking_words,
    measure_names,
    option_lines,
    signing_words,
    version_lines,
)
from duecare.risk.decisions.forms import DraftForm, OptionForm, PutForm, WithdrawForm
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.paper import paper_facts, word_words
from duecare.risk.decisions.queries import (
    DECISION,
    KINDS,
    OPEN,
    Condition,
    condition_of,
    demand_worker,
    find_decision,
    listing,
    others_who_may_sign,
    reference,
    roles_of,
    rows_for,
    said_of,
)
from duecare.risk.decisions.replaying import Verdict
from duecare.risk.decisions.saying import may_sign
from duecare.risk.decisions.since import recorded_since
from duecare.risk.measures.models import Measure
from duecare.risk.register.models import Scenario
from duecare.risk.register.queries import SCENARIO, terms
from duecare.risk.rooms import ROOM
from duecare.web.views import show

HISTORY = 20
VERDICTS = {
    Verdict.SAME: gettext_lazy("same figures"),
    Verdict.WITHIN: gettext_lazy("same within tolerance"),
    Verdict.CHANGED: gettext_lazy("rule changed"),
    Verdict.DIFFERS: gettext_lazy("does not match"),
}


@require_safe
def decisions(request: Request) -> HttpResponseBase:
    """All decisions, the newest first."""
    viewer = demand_area(request, ROOM)
    may = viewer.changes and asof.current() is None
    found = listing(viewer, timezone.localdate(request.view_now))
    if may:
        found = replace(found, empty=replace(found.empty, url=reverse("risk-decision-new")))
    context = {"may_draw_up": may, "terms": terms(viewer)}
    return show(request, found, rows_for(viewer), template="risk/decisions/list.html", context=context)


@require_safe
def decision(request: Request, key: str) -> HttpResponseBase:
    """One decision: what was asked and weighed, what was known then, who signed, what was recorded since."""
    viewer = demand_area(request, ROOM)
    return render(request, "risk/decisions/decision.html", _told(request, find_decision(key, viewer), viewer))


def _told(request: Request, row: RiskDecision, viewer: Viewer) -> dict[str, Any]:
    live = asof.current() is None
    names = names_of({row.drawn_by, row.put_by, row.ended_by} - {""}, viewer)
    draft = actions.draft_of(row)
    open_ = row.state in OPEN
    measures = Measure.objects.all().visible_to(viewer)
    titles = {one.pk: one.title for one in measures.filter(pk__in=_named(row))}
    stands = condition_of(row, timezone.localdate(request.view_now))
    return {
        "decision": row,
        "state": stands.value,
        "expired": stands is Condition.EXPIRED,
        "kind": KINDS[row.kind],
        "scenarios": [
            (str(one), address_of(f"{SCENARIO}:{one.pk}"), bool(one.ended_at))
            for one in Scenario.objects.all()
            .visible_to(viewer)
            .filter(pk__in=row.scenarios)
            .order_by("number")
        ],
        "options": option_lines(row, measure_names(row) or titles),
        "frozen": bool(row.figures),
        "facts": paper_facts(row) if row.figures else [],
        "signing": signing_words(row) if row.figures else "",
        "missing": lacking_words(row),
        "lacking": list(lacking(draft)) if open_ else [],
        "drawn_by": names.get(row.drawn_by, row.drawn_by),
        "put_by": names.get(row.put_by, row.put_by),
        "ended_by": names.get(row.ended_by, row.ended_by),
        "words": _words(row, viewer),
        "since": recorded_since(row, viewer),
        "decisions": decisions_about([reference(row.pk)], viewer).get(reference(row.pk), []),
        "may_sign": may_sign(row, viewer),
        "may_change": open_ and live and viewer.changes,
        "may_work": live and viewer.changes and row.state != Condition.WITHDRAWN.value,
        "entries": list(
            entries_about(DECISION, [row.pk], viewer).filter(kind=DECISION).order_by("-index")[:HISTORY]
        ),
        "outcomes": [_outcome(one) for one in row.known.get("outcomes", ())],
        "versions": version_lines(row.versions),
        "inputs": sorted(name for name, result in row.results.items() if result),
        **remarks.context(reference(row.pk), viewer),
    }


def _outcome(one: Mapping[str, str]) -> tuple[str, str]:
    """The question of a check, and what it was answered then."""
    check = find_check(one["check"])
    return (str(check.question) if check else one["check"], one["verdict"])


def _named(row: RiskDecision) -> list[str]:
    return [key for one in row.options for key in one["measures"]]


def _words(row: RiskDecision, viewer: Viewer) -> list[tuple[Any, str]]:
    return [(one, word_words(one.row.kind, one.to)) for one in said_of(row, viewer)]


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
    return page(request, form, _("Draw up a decision"), words, _("Go on"), reverse("risk-decisions"))


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
    return page(request, form, _("Change the draft"), str(row), _("Save"), back)


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
    return page(request, form, title, row.question, _("Save"), back)


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
        "amount": amount_line(foreseen) if foreseen.figures else "",
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
        gathered = putting.gather(foreseen, viewer, request.now)
    except DuecareError as error:
        foreseen.figures = {}
        return foreseen, error
    foreseen.currency = gathered.currency
    foreseen.figures, foreseen.known = dict(gathered.frozen.figures), dict(gathered.known)
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
    return page(request, form, _("Withdraw the decision"), str(row), _("Withdraw it"), back)


@require_safe
def replay(request: Request, key: str) -> HttpResponseBase:
    """Compute a decision again from what was frozen with it."""
    viewer = demand_area(request, ROOM)
    row = find_decision(key, viewer)
    found = putting.replayed(row)
    context = {
        "decision": row,
        "found": found,
        "verdict": VERDICTS[found.verdict],
        "versions": version_lines(row.versions),
        "others": [(str(VERSIONS.get(name, name)), version) for name, _then, version in found.versions],
    }
    return render(request, "risk/decisions/replay.html", context)


@require_safe
def frozen_input(request: Request, key: str, name: str) -> HttpResponseBase:
    """One input as it was frozen: a curve file that `duecare risk curve` reads."""
    viewer = demand_area(request, ROOM)
    row = find_decision(key, viewer)
    inputs = putting.frozen_of(row).inputs
    if name not in inputs:
        raise NotFound(_("This decision has no such input."), _("Choose one on its page."))
    response = HttpResponse(inputs[name], content_type="application/json; charset=utf-8")
    file = f"D-{row.number}-{name.replace('.', '-')}.json"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


# ── What the forms have in common ────────────────────────────────────────────────────────────────────────


def page(request: Request, form: Any, title: str, text: str, button: str, back: str) -> HttpResponseBase:
    """A form of this room."""
    context = {"form": form, "title": title, "text": text, "button": button, "back": back}
    return render(request, "risk/decisions/form.html", context, status=400 if form.errors else 200)


def refuse(form: Any, error: DuecareError) -> None:
    """Say beside the field, or above all, why something cannot be."""
    form.add_error(error.place if error.place in form.fields else None, str(error))


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
