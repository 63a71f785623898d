"""Pages of measures: which there are, one of them, putting down, changing and ending one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks
from duecare.program.catalogue import catalogue
from duecare.program.models import Person
from duecare.program.statement_queries import names_of
from duecare.program.task_queries import holding_people
from duecare.program.unchanged import seen_entry
from duecare.risk.form_pages import form_page, refuse
from duecare.risk.measures import actions
from duecare.risk.measures.forms import EndMeasureForm, MeasureForm
from duecare.risk.measures.models import Measure
from duecare.risk.measures.picturing import cost_facts, effect_lines, expected_lines, measured_lines
from duecare.risk.measures.queries import ENDS, MEASURE, find_measure, listing, on_the_table, state_of, titles
from duecare.risk.measures.spreadsheet import rows_told
from duecare.risk.measures.working import register_now
from duecare.risk.register.doors import changer
from duecare.risk.register.models import RiskTerms, Scenario
from duecare.risk.register.queries import terms
from duecare.risk.rooms import ROOM
from duecare.risk.table_files import table_file
from duecare.web.views import show
from duecare.words import number

HISTORY = 20


@require_safe
def measures(request: Request) -> HttpResponseBase:
    """All measures, those that have ended too."""
    viewer = demand_area(request, ROOM)
    may = viewer.changes and asof.current() is None
    set_terms = terms(viewer)
    shown = listing(set_terms.currency if set_terms else "")
    if may:
        shown = replace(shown, empty=replace(shown.empty, url=reverse("measure-new")))
    rows = Measure.objects.all().visible_to(viewer).select_related("owner")
    return show(
        request, shown, rows, template="risk/measures.html", context={"may_add": may, "terms": set_terms}
    )


@require_safe
def measure(request: Request, key: str) -> HttpResponseBase:
    """One measure: what it costs, what it would change, what it depends on."""
    viewer = demand_area(request, ROOM)
    row = find_measure(key, viewer)
    names = names_of({row.made_by, row.ended_by} - {""}, viewer)
    set_terms = terms(viewer)
    register = register_now(viewer, set_terms) if set_terms else None
    related = titles([*row.needs, *row.excludes], viewer)
    context = {
        "row": row,
        "state": state_of(row),
        "safeguard": catalogue().get(row.safeguard),
        "terms": set_terms,
        "cost": cost_facts(row, set_terms.currency) if set_terms else (),
        "effects": effect_lines(row, register, viewer) if register else (),
        "expected": expected_lines(row, register) if register else (),
        "measured": measured_lines(row, viewer),
        "needs": [(one, related[one]) for one in row.needs if one in related],
        "excludes": [(one, related[one]) for one in row.excludes if one in related],
        "made_by": names.get(row.made_by, row.made_by),
        "ended_by": names.get(row.ended_by, row.ended_by),
        "ended_as": ENDS.get(row.ended_as, ""),
        "may_change": viewer.changes and row.ended_at is None and asof.current() is None,
        "entries": list(
            entries_about(MEASURE, [key], viewer).filter(kind=MEASURE).order_by("-index")[:HISTORY]
        ),
        **remarks.context(f"{MEASURE}:{key}", viewer),
    }
    return render(request, "risk/measure.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponseBase:
    """Put down a measure; without terms of risk there is no currency to do it in."""
    viewer = changer(request)
    set_terms = terms(viewer)
    if set_terms is None:
        return render(request, "risk/terms_first.html", status=200 if request.method != "POST" else 400)
    initial = {"years": set_terms.horizon, "safeguard": request.GET.get("safeguard", "")[:40]}
    form = _form(request, viewer, set_terms, initial)
    if form.is_valid():
        try:
            made = actions.add_measure(viewer, form.draft(), request.now)
        except DuecareError as error:
            refuse(form, error, {error.place: form.place_of(error.place) or ""})
        else:
            messages.success(request, _("The measure is on the table."))
            return redirect("measure", made.pk)
    text = _(
        "Something that could be done: a safeguard brought in or made wider. Whether it is, is decided later."
    )
    return form_page(request, form, _("Put down a measure"), text, _("Put it down"), reverse("measures"))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, key: str) -> HttpResponseBase:
    """Change what a measure says."""
    viewer = changer(request)
    row = _open(find_measure(key, viewer))
    initial = {**MeasureForm.of(row), "seen": seen_entry(row)}
    form = _form(request, viewer, demand_terms(viewer), initial, row)
    if form.is_valid():
        try:
            actions.change_measure(viewer, key, form.draft(), _seen(form), request.now)
        except DuecareError as error:
            refuse(form, error, {error.place: form.place_of(error.place) or ""})
        else:
            messages.success(request, _("The measure was changed."))
            return redirect("measure", key)
    text = _("An effect whose scenario is emptied goes. Save to be offered more rows.")
    return form_page(request, form, _("Change the measure"), text, _("Save"), reverse("measure", args=[key]))


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, key: str) -> HttpResponseBase:
    """Take a measure off the table."""
    viewer = changer(request)
    row = _open(find_measure(key, viewer))
    form = EndMeasureForm(
        request.POST if request.method == "POST" else None, initial={"seen": seen_entry(row)}
    )
    if form.is_valid():
        values = form.cleaned_data
        try:
            ended = actions.end_measure(
                viewer,
                key,
                values["how"],
                values["reason"],
                _seen(form),
                request.now,
                into_register=values["into_register"],
            )
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The measure is off the table. It stays in the record."))
            _tell_register(request, ended)
            return redirect("measure", key)
    return form_page(
        request,
        form,
        _("End the measure"),
        row.title,
        _("End it"),
        reverse("measure", args=[key]),
    )


@require_safe
def table(request: Request, format: str) -> HttpResponseBase:
    """The measures on the table, as CSV or XLSX."""
    viewer = demand_area(request, ROOM)
    found = terms(viewer)
    if found is None:
        raise NotFound(_("The terms of risk are not set yet."), _("Set the currency first."))
    return table_file(rows_told(viewer, found.currency), format, _("Measures"), "risk-measures")


def _tell_register(request: Request, ended: actions.Ended) -> None:
    """What became of the register."""
    if ended.written:
        told = ngettext(
            "What it changes stands on %(count)s side of its scenarios now.",
            "What it changes stands on %(count)s sides of its scenarios now.",
            ended.written,
        )
        messages.success(request, told % {"count": number(ended.written)})
    if ended.left_out:
        told = ngettext(
            "%(count)s effect went nowhere: its scenario has ended, or it takes nothing away.",
            "%(count)s effects went nowhere: their scenarios have ended, or they take nothing away.",
            ended.left_out,
        )
        messages.warning(request, told % {"count": number(ended.left_out)})


def demand_terms(viewer: Viewer) -> RiskTerms:
    """The terms of risk. Raises Refused if nobody has set them: then there is no currency."""
    found = terms(viewer)
    if found is None:
        raise Refused(
            _("The terms of risk are not set, so nobody has said in which currency money is told."),
            _("Set them under Risk, Terms of risk."),
        )
    return found


def _seen(form: MeasureForm | EndMeasureForm) -> int:
    seen = form.cleaned_data["seen"]
    return -1 if seen is None else int(seen)


def _form(
    request: Request,
    viewer: Viewer,
    set_terms: RiskTerms,
    initial: dict[str, Any],
    row: Measure | None = None,
) -> MeasureForm:
    others = [one for one in on_the_table(viewer) if row is None or one.pk != row.pk]
    named = {*row.needs, *row.excludes} - {one.pk for one in others} if row else set()
    others += list(Measure.objects.all().visible_to(viewer).filter(pk__in=named))
    scenarios = Scenario.objects.all().visible_to(viewer).filter(ended_at=None)
    listed = list(scenarios.order_by("number"))
    told = {one["scenario"] for one in row.effects} - {one.pk for one in listed} if row else set()
    listed += list(Scenario.objects.all().visible_to(viewer).filter(pk__in=told))
    today = timezone.localdate(request.view_now)
    people: list[Person] = list(holding_people(today).visible_to(viewer).order_by("name", "id"))
    if row is not None and row.owner is not None and row.owner not in people:
        people.append(row.owner)
    return MeasureForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        currency=set_terms.currency,
        scenarios=listed,
        safeguards=catalogue().values(),
        others=others,
        people=people,
        rows=len(row.effects) if row else 0,
    )


def _open(row: Measure) -> Measure:
    if row.ended_at is not None:
        raise Refused(
            _("This measure is off the table already."), _("Put down a new one if it is wanted again.")
        )
    return row
