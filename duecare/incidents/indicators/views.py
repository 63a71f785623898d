"""Pages of the indicators of a case: the list, one of them, adding many at once, taking one off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import BadInput, DuecareError, Refused
from duecare.incidents.cases import frame
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.incidents.evidence.queries import may_take
from duecare.incidents.indicators import actions, forms, lists
from duecare.incidents.indicators.kinds import KINDS, TLP, defanged
from duecare.incidents.indicators.pasted import Line, read_lines
from duecare.ledger.viewers import Request
from duecare.program.statement_queries import names_of
from duecare.web.views import show
from duecare.words import number

PAGE = "case-indicators"
LISTED = 200
"""Lines that a preview shows; those that cannot be used come first."""


def worked_on(request: Request, key: str) -> Case:
    """The case, if the viewer may change it. Raises NotFound, or Refused saying why not."""
    found = find_case(key, request.viewer)
    demand_worker(found, request.viewer)
    return found


def framed(case: Case, request: Request, **context: Any) -> dict[str, Any]:
    return frame.framed(case, request, PAGE, **context)


@require_safe
def indicators(request: Request, key: str) -> HttpResponseBase:
    """The signs by which the same attacker would be known elsewhere."""
    case = find_case(key, request.viewer)
    context: dict[str, Any] = {}
    if not request.GET.get("format"):
        also = [(one, defanged(one.kind, one.value)) for one in lists.shared(case, request.viewer)]
        context = framed(case, request, also=also, may_take=may_take(case, request.viewer))
    rows = lists.rows_of(case, request.viewer)
    return show(request, lists.listing(case), rows, template="incidents/indicators.html", context=context)


@require_safe
def indicator(request: Request, key: str, indicator: str) -> HttpResponseBase:
    """One sign, and where else it occurs."""
    viewer = request.viewer
    case = find_case(key, viewer)
    found = actions.find_indicator(case, indicator, viewer)
    names = names_of({found.added_by, found.removed_by} - {""}, viewer)
    context = framed(
        case,
        request,
        indicator=found,
        shown=defanged(found.kind, found.value),
        kind=KINDS.get(found.kind, found.kind),
        tlp=TLP.get(found.tlp, found.tlp),
        adder=names[found.added_by],
        remover=names.get(found.removed_by, ""),
        elsewhere=lists.elsewhere(found, viewer),
    )
    return render(request, "incidents/indicator.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def indicators_add(request: Request, key: str) -> HttpResponseBase:
    """Add signs: first what each line is understood as, then, sent again, all of them."""
    case = worked_on(request, key)
    form = forms.PasteForm(request.POST if request.method == "POST" else None)
    lines: list[Line] = []
    if form.is_valid():
        told = form.cleaned_data
        try:
            lines = read_lines(told["text"], told["kind"], actions.standing(case))
            if "add" in request.POST and all(one.found for one in lines):
                found = [one.found for one in lines if one.found and not one.there]
                made = actions.add(
                    request.viewer.actor, case, found, told["tlp"], request.now,
                    words=told["words"], source=told["source"],
                )  # fmt: skip
                words = ngettext("%s indicator was added.", "%s indicators were added.", made)
                messages.success(request, words % number(made))
                return redirect(PAGE, key)
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
    faulty = [one for one in lines if not one.found]
    shown = sorted(lines, key=lambda one: one.found is not None)[:LISTED]
    context = framed(
        case,
        request,
        form=form,
        lines=[_told(one) for one in shown],
        count=len(lines),
        fault_count=len(faulty),
        more=max(0, len(lines) - LISTED),
        good=bool(lines) and not faulty and not form.errors,
        new=sum(one.found is not None and not one.there for one in lines),
        back=reverse(PAGE, args=[key]),
    )
    wrong = bool(form.errors) or ("add" in request.POST and bool(faulty))
    return render(request, "incidents/indicators_add.html", context, status=400 if wrong else 200)


def _told(line: Line) -> dict[str, Any]:
    if line.found is None:
        return {"number": line.number, "shown": line.text, "fault": line.fault}
    kind, value = line.found.kind, line.found.value
    return {
        "number": line.number, "shown": defanged(kind, value), "kind": KINDS[kind], "there": line.there,
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_remove(request: Request, key: str, indicator: str) -> HttpResponseBase:
    """Take a sign off, with a reason."""
    case = worked_on(request, key)
    found = actions.find_indicator(case, indicator, request.viewer)
    if found.removed_at is not None:
        raise Refused(_("This indicator is taken off already."), _("Look at it for the reason."))
    form = forms.RemoveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.remove(request.viewer.actor, case, found.pk, form.cleaned_data["reason"], request.now)
        except BadInput as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, _("It is taken off, and stays to be read."))
            return redirect("indicator", key, found.pk)
    context = framed(
        case,
        request,
        form=form,
        title=_("Take this indicator off"),
        words=defanged(found.kind, found.value),
        button=_("Take it off"),
        back=reverse("indicator", args=[key, found.pk]),
    )
    return render(request, "incidents/case_form.html", context, status=400 if form.errors else 200)
