"""Pages of the law: what applies, one obligation, what changed, what is to come."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.law.applicable import contracts_now, facts_now, register_now, unreadable
from duecare.law.applies import Answer, facts_in
from duecare.law.coming import coming, lately, waiting
from duecare.law.facts_form import FactsForm, seen_profile
from duecare.law.following.actions import told_in_short
from duecare.law.following.queries import cause_words, changed_since, changes, changes_of
from duecare.law.lists import CHANGES, OBLIGATIONS
from duecare.law.queries import (
    APPLYING,
    AREA,
    KEEPERS,
    Found,
    answerer,
    changed_by,
    decider,
    decisions,
    find,
    find_decision,
    may_answer,
    read_then,
    rows,
)
from duecare.law.rulings import actions as rulings
from duecare.law.rulings.forms import OverrideForm, ReasonForm
from duecare.law.telling import facts_told, gaps_of, our_gaps, told
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks
from duecare.program.task_queries import today_at
from duecare.web.views import show


@require_safe
def obligations(request: Request) -> HttpResponseBase:
    """Which obligations apply, which do not, and which cannot be told yet."""
    viewer = demand_area(request, AREA)
    held = register_now()
    context = {
        "register": held,
        "gaps": our_gaps(held, viewer),
        "all_gaps": held.gaps,
        "unreadable": unreadable(),
        "may_keep": viewer.has(*KEEPERS) and asof.current() is None,
        "may_answer": may_answer(viewer),
    }
    return show(request, OBLIGATIONS, rows(viewer), template="law/obligations.html", context=context)


@require_safe
def obligation(request: Request, id: str) -> HttpResponseBase:
    """One obligation: whether it applies and why, and what it asks for."""
    viewer = demand_area(request, AREA)
    found = find(id, viewer)
    return _page(request, viewer, found, None)


@require_POST
def obligation_answer(request: Request, id: str) -> HttpResponseBase:
    """Answer the questions on which one obligation turns."""
    viewer = answerer(request)
    found = find(id, viewer)
    form = _questions(found, request.POST)
    if not form.is_valid() or not form.record(viewer.actor):
        return _page(request, viewer, found, form)
    changed = told_in_short(changed_since(request.now, viewer))
    messages.success(request, _("The answers were recorded."))
    if changed:
        messages.info(request, _("What applies has changed. %s") % changed)
    return redirect("obligation", id)


def _questions(found: Found, sent: Any = None) -> FactsForm:
    """The questions of its condition, with the answers of now."""
    known = found.register.profile_facts
    ids = dict.fromkeys(facts_in(found.one.applies_when))
    return FactsForm({id: known[id] for id in ids}, facts_now(), sent, seen=seen_profile())


def _page(request: Request, viewer: Viewer, found: Found, form: FactsForm | None) -> HttpResponseBase:
    one, answered = found.one, found.answered
    live = asof.current() is None
    said = decisions(one.id, viewer)
    context: dict[str, Any] = {
        "one": one,
        "register": found.register,
        "answered": answered,
        "row": found.row,
        "kept_at": kept.url if (kept := contracts_now().get(one.id)) else "",
        "facts": facts_told(one, answered, facts_now(), found.register) if answered else [],
        "instead": found.register.obligations.get(answered.displaced_by) if answered else None,
        "displaces": [found.register.obligations.get(id) for id in one.displaces],
        "decisions": said,
        "decision": next((each for each in said if each.holds), None),
        "changed_by": changed_by(found.row) if found.row else "",
        "changes": [(change, cause_words(change)) for change in changes_of(one.id, viewer)],
        "form": form or (_questions(found) if answered and may_answer(viewer) else None),
        "may_answer": may_answer(viewer),
        "may_decide": answered is not None and viewer.changes and live,
        "may_keep": found.row is not None and answered is not None and viewer.has(*KEEPERS) and live,
        "may_bind": viewer.changes and viewer.areas is None and live,
        "gaps": gaps_of(one, found.register),
        "read_then": read_then(one, viewer),
        **told(one, found.register, viewer, request.view_now),
        **(remarks.context(f"{APPLYING}:{one.id}", viewer) if answered else {}),
    }
    return render(request, "law/obligation.html", context, status=400 if form is not None else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def obligation_decide(request: Request, id: str) -> HttpResponseBase:
    """Decide whether an obligation applies, whatever the facts say."""
    viewer = decider(request)
    found = find(id, viewer)
    today = today_at(request.now)
    form = OverrideForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_valid():
        values = form.cleaned_data
        rulings.override(
            viewer.actor, id, Answer(values["answer"]), values["reason"], values["until"], request.now
        )
        messages.success(request, _("Decided. It counts at once, and stands beside what the content says."))
        return redirect("obligation", id)
    context = {
        "form": form,
        "title": _("Decide whether “%s” applies") % found.one.name,
        "text": _(
            "The facts answer for themselves. Decide otherwise only for a reason that you would give to an "
            "authority; it is recorded with your name, and the answer by the facts stays visible beside it."
        ),
        "button": _("Decide"),
        "back": reverse("obligation", args=[id]),
    }
    return render(request, "law/form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def override_withdraw(request: Request, key: str) -> HttpResponseBase:
    """Take a decision back."""
    viewer = decider(request)
    row = find_decision(key, viewer)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        rulings.withdraw(viewer.actor, key, form.cleaned_data["reason"], request.now)
        messages.success(request, _("Taken back. The answer by the facts holds again."))
        return redirect("obligation", row.obligation)
    context = {
        "form": form,
        "title": _("Take this decision back"),
        "text": row.reason,
        "button": _("Take it back"),
        "back": reverse("obligation", args=[row.obligation]),
    }
    return render(request, "law/form.html", context, status=400 if form.errors else 200)


@require_safe
def law_changes(request: Request) -> HttpResponseBase:
    """What changed about what applies, and why."""
    viewer = demand_area(request, AREA)
    return show(
        request,
        CHANGES,
        changes(viewer),
        template="law/changes.html",
        context={"register": register_now()},
    )


@require_safe
def law_coming(request: Request) -> HttpResponseBase:
    """What comes into force, and what waits for a decision."""
    viewer = demand_area(request, AREA)
    held, today = register_now(), timezone.localdate(request.view_now)
    holds = dict(rows(viewer).values_list("pk", "answer"))
    parts = {
        "coming": coming(held, today), "waiting": waiting(held), "lately": lately(held, today),
    }  # fmt: skip
    context = {
        name: [(one, held.obligations[one.obligation], holds.get(one.obligation, "")) for one in found]
        for name, found in parts.items()
    }
    return render(request, "law/coming.html", {**context, "register": held})
