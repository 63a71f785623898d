"""Pages of figures: over all incidents, and how one case is classed for them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import BadInput, DuecareError, Refused
from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.models import ROOM, Case, cases_held_by, works_in_cases
from duecare.incidents.cases.queries import find_case
from duecare.incidents.figures.actions import classify
from duecare.incidents.figures.classes import AXES, words
from duecare.incidents.figures.queries import figures, flat
from duecare.incidents.timeline.telling import length
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program.record_form import RecordForm
from duecare.program.unchanged import SeenField, seen_entry
from duecare.web.charts import Bar, BarChart
from duecare.web.listing import AS_OF, FORMAT


@require_safe
def incident_figures(request: Request) -> HttpResponseBase:
    """How many incidents of which kind, how grave and when; how long they took; how they are classed."""
    viewer = demand_area(request, ROOM)
    wanted = _format(request)
    found = figures(viewer)
    if wanted:
        return _file(list(flat(found)), wanted)
    context = {
        "found": found,
        "charts": [
            {
                "left": number % 2 == 0,
                "several": group.several,
                "chart": BarChart(
                    group.name, _("incidents"), tuple(Bar(row.words, row.count) for row in group.rows)
                ),
            }
            for number, group in enumerate(found.groups)
        ],
        "times": [
            {
                "one": one,
                "median": "" if one.median is None else length(one.median),
                "all": one.known + one.unknown,
            }
            for one in found.times
        ],
    }
    return render(request, "incidents/figures.html", context)


def _format(request: Request) -> str:
    """`csv`, `json` or "" for the page. Raises BadInput for what the page does not have."""
    for key in request.GET:
        if key not in (FORMAT, AS_OF):
            raise BadInput(_("This page has no parameter “%s”.") % key, _("It has %s.") % FORMAT)
    wanted = request.GET.get(FORMAT, "")
    if wanted not in ("", "csv", "json"):
        raise BadInput(_("There is no format “%s”.") % wanted[:20], _("Choose csv or json."))
    return wanted


def _file(rows: list[Any], wanted: str) -> HttpResponse:
    if wanted == "json":
        text, kind = json.dumps(rows, ensure_ascii=False, indent=1), "application/json"
    else:
        out = io.StringIO()
        writer = csv.DictWriter(out, ["figure", "value", "number", "of", "unit"])
        writer.writeheader()
        writer.writerows({**row, "number": "" if row["number"] is None else row["number"]} for row in rows)
        text, kind = out.getvalue(), "text/csv; charset=utf-8"
    response = HttpResponse(text, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="incident-figures.{wanted}"'
    return response


# ── One case ─────────────────────────────────────────────────────────────────────────────────────────────


class ClassForm(RecordForm):
    """The questions of `classes.py`; what is left out is not said."""

    seen = SeenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for axis in AXES:
            options: dict[str, Any] = {"label": axis.name, "help_text": axis.asks, "required": False}
            choices = list(axis.choices.items())
            if axis.several:
                self.fields[axis.id] = forms.MultipleChoiceField(
                    choices=choices, widget=forms.CheckboxSelectMultiple, **options
                )
            else:
                self.fields[axis.id] = forms.ChoiceField(
                    choices=[("", gettext_lazy("Not said yet")), *choices], **options
                )

    def classes(self) -> dict[str, Any]:
        """What was chosen, once the form is valid."""
        return {axis.id: self.cleaned_data[axis.id] for axis in AXES}


@require_safe
def case_classes(request: Request, key: str) -> HttpResponseBase:
    """How a case is classed for later statistics."""
    case = find_case(key, request.viewer)
    context = framed(
        case,
        request,
        "case-classes",
        classes=[(axis.name, words(case.classified, axis)) for axis in AXES],
        may_class=may_class(case, request.viewer) and asof.current() is None,
    )
    return render(request, "incidents/case_classes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case_classes_change(request: Request, key: str) -> HttpResponseBase:
    """Class a case for later statistics; it may be closed."""
    viewer = request.viewer
    case = demand_classer(request, key)
    initial = {**case.classified, "seen": seen_entry(case)}
    form = ClassForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            classify(viewer.actor, key, form.classes(), seen=form.cleaned_data["seen"])
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("The classes were recorded."))
            return redirect("case-classes", key)
    context = {
        "form": form,
        "title": _("Class the case"),
        "button": _("Save"),
        "back": reverse("case-classes", args=[key]),
        "about": case.title,
    }
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)


def demand_classer(request: Request, key: str) -> Case:
    """The case, if the viewer may class it. Raises NotFound or Refused otherwise."""
    case = find_case(key, request.viewer)
    if not may_class(case, request.viewer):
        raise Refused(
            _("You may read this case, and change nothing."), _("Ask who leads it to give you a role.")
        )
    return case


def may_class(case: Case, viewer: Viewer) -> bool:
    """Whether the viewer may class a case, closed or not: who changes things, and who has a role in it."""
    if viewer.changes and viewer.covers(ROOM):
        return True
    return works_in_cases(viewer) and case.pk in cases_held_by(viewer)
