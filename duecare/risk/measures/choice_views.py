"""Pages of the use of a budget: asking, keeping the answer, what was kept, and its inputs to take away."""

from __future__ import annotations

import json
from time import monotonic

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import BadInput, DuecareError
from duecare.ledger import asof, blobs
from duecare.ledger.browsing import entries_about
from duecare.ledger.viewers import Request, demand_area
from duecare.program import remarks
from duecare.program.statement_queries import names_of
from duecare.risk.form_pages import refuse
from duecare.risk.measures.choice_actions import keep_choice
from duecare.risk.measures.choice_forms import ChoiceForm, KeepForm
from duecare.risk.measures.choice_pictures import picture
from duecare.risk.measures.models import Choice
from duecare.risk.measures.queries import CHOICE, CHOICES, find_choice, terms_of_choice
from duecare.risk.measures.views import HISTORY
from duecare.risk.measures.weighing import MOST_HERE, Table, Weighed, table, weigh, written
from duecare.risk.register.doors import changer
from duecare.risk.register.forms_of_loss import SIDE_WORDS
from duecare.risk.register.queries import terms
from duecare.risk.rooms import ROOM
from duecare.web.views import show

JSON = "application/json"


@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: Request) -> HttpResponseBase:
    """Ask for the best use of a budget by GET, which stores nothing; keep the answer by POST."""
    viewer = changer(request) if request.method == "POST" else demand_area(request, ROOM)
    set_terms = terms(viewer)
    if set_terms is None:
        return render(request, "risk/choice.html", {"terms": None})
    on = table(viewer, set_terms)
    given = request.POST if request.method == "POST" else request.GET if "budget" in request.GET else None
    form = ChoiceForm(given, currency=set_terms.currency, rows=on.rows, initial={"objective": "both"})
    may_keep = viewer.changes and asof.current() is None
    context = {"terms": set_terms, "form": form, "rows": on.rows, "may_keep": may_keep, "most": MOST_HERE}
    if form.is_valid():
        try:
            context |= _answered(request, on, form)
        except BadInput as error:
            refuse(form, error)
    weighed = context.get("weighed")
    if request.method == "POST" and isinstance(weighed, Weighed):
        keep = KeepForm(request.POST)
        context["keep"] = keep
        if keep.is_valid():
            name, reason = keep.cleaned_data["name"], keep.cleaned_data["reason"]
            try:
                made = keep_choice(viewer, weighed, set_terms.currency, name, reason, request.now)
            except DuecareError as error:
                refuse(keep, error)
            else:
                messages.success(request, _("The choice is kept with all that it was computed from."))
                return redirect("choice-kept", made.pk)
    wrong = bool(form.errors) or request.method == "POST"
    return render(request, "risk/choice.html", context, status=400 if wrong else 200)


def _answered(request: Request, on: Table, form: ChoiceForm) -> dict[str, object]:
    """The answer, or that it takes longer than a page can wait. Raises BadInput if there is none."""
    asked = form.asked()
    there = on.offer(asked)
    query = request.POST.copy() if request.method == "POST" else request.GET.copy()
    for name in ("csrfmiddlewaretoken", "name", "reason"):
        query.pop(name, None)
    told: dict[str, object] = {"asked": asked, "query": query.urlencode(), "keep": KeepForm()}
    if len(there.options) > MOST_HERE:
        return {**told, "too_many": len(there.options)}
    weighed = weigh(on, asked, monotonic)
    shown = picture(json.loads(weighed.result), asked.budget, on.register.terms.currency)
    return {**told, "weighed": weighed, "picture": shown, "objective": _(SIDE_WORDS[asked.objective])}


@require_safe
def inputs(request: Request) -> HttpResponseBase:
    """What a choice would be computed from, for `duecare risk choose`."""
    viewer = demand_area(request, ROOM)
    if "budget" not in request.GET:
        raise BadInput(_("A budget and an objective are needed."), _("Ask for the best use of one first."))
    on = table(viewer, terms_of_choice(viewer))
    form = ChoiceForm(request.GET, currency=on.register.terms.currency, rows=on.rows)
    if not form.is_valid():
        raise BadInput(
            _("This budget, objective or choice of measures is none."), _("Ask on the page first.")
        )
    asked = form.asked()
    document = on.offer(asked).document(asked.budget / 10**on.register.digits, asked.objective)
    return _file(written(document).encode())


@require_safe
def choices(request: Request) -> HttpResponseBase:
    """All choices that were kept, the newest first."""
    viewer = demand_area(request, ROOM)
    return show(request, CHOICES, Choice.objects.all().visible_to(viewer), template="risk/choices.html")


@require_safe
def kept(request: Request, key: str) -> HttpResponseBase:
    """One choice that was kept, as it was computed then."""
    viewer = demand_area(request, ROOM)
    row = find_choice(key, viewer)
    names = names_of({row.made_by}, viewer)
    context = {
        "row": row,
        "picture": picture(json.loads(blobs.fetch(row.result)), row.budget, row.currency),
        "objective": _(SIDE_WORDS[row.objective]),
        "made_by": names.get(row.made_by, row.made_by),
        "entries": list(
            entries_about(CHOICE, [key], viewer).filter(kind=CHOICE).order_by("-index")[:HISTORY]
        ),
        **remarks.context(f"{CHOICE}:{key}", viewer),
    }
    return render(request, "risk/choice_kept.html", context)


@require_safe
def kept_inputs(request: Request, key: str) -> HttpResponseBase:
    """What a choice was computed from, byte by byte."""
    return _file(blobs.fetch(find_choice(key, demand_area(request, ROOM)).inputs))


def _file(data: bytes) -> HttpResponse:
    answer = HttpResponse(data, content_type=JSON)
    answer["Content-Disposition"] = 'attachment; filename="choice.json"'
    return answer
