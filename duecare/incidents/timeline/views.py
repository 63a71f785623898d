"""Pages of the timeline of a case: all of it, one entry, writing, striking, telling anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.incidents.cases import frame
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.incidents.notices.clock_actions import Stops
from duecare.incidents.notices.clocks import clock_id
from duecare.incidents.timeline import actions, forms, lists, queries, telling, times
from duecare.incidents.timeline.kinds import KINDS
from duecare.incidents.timeline.milestones import OF_ID
from duecare.incidents.timeline.models import TimelineEntry
from duecare.law.saying import event_words
from duecare.law.terms import SUBMISSION
from duecare.law.told import Told
from duecare.ledger.viewers import Request
from duecare.program.statement_queries import names_of
from duecare.program.subjects import address_seen, name_of
from duecare.web.views import show
from duecare.words import number

PAGE = "case-timeline"


def worked_on(request: Request, key: str) -> Case:
    """The case, if the viewer may change it. Raises NotFound, or Refused saying why not."""
    found = find_case(key, request.viewer)
    demand_worker(found, request.viewer)
    return found


def told_times(case: Case) -> list[dict[str, str]]:
    """How long it took, in words; what is unknown says why."""
    return [_told(one) for one in queries.times_of(case)]


def _told(took: times.Took) -> dict[str, str]:
    known = "" if took.least is None or took.most is None else telling.span(took.least, took.most)
    return {"name": str(took.of.name), "means": str(took.of.means), "length": known, "why": took.why}


@require_safe
def timeline(request: Request, key: str) -> HttpResponseBase:
    """What happened in a case, with the three times that count."""
    found = find_case(key, request.viewer)
    whole, context = lists.listing(found), {}
    if not request.GET.get("format"):
        whole = replace(whole, columns=tuple(one for one in whole.columns if one.key not in lists.IN_FILES))
        context = framed(found, request, times=told_times(found), late_hours=telling.late_hours())
    rows = lists.rows_of(found, request.viewer)
    return show(request, whole, rows, template="incidents/timeline.html", context=context)


def framed(case: Case, request: Request, **context: Any) -> dict[str, Any]:
    return frame.framed(case, request, PAGE, **context)


@require_safe
def timeline_entry(request: Request, key: str, entry: str) -> HttpResponseBase:
    """One entry, whole, with what was told in its place."""
    viewer = request.viewer
    case = find_case(key, viewer)
    found = queries.find_entry(case, entry, viewer)
    names = names_of({found.recorded_by, found.struck_by} - {""}, viewer)
    law = queries.register_of(case) if found.trigger or found.obligation else None
    instead = TimelineEntry.objects.all().visible_to(viewer).filter(instead_of=found).first()
    context = framed(
        case,
        request,
        entry=found,
        kind=KINDS.get(found.kind, found.kind),
        mark=OF_ID.get(found.mark),
        trigger=event_words(found.trigger, law) if law and found.trigger else "",
        obligation=getattr(law and law.obligations.get(found.obligation), "name", found.obligation),
        happened=telling.happened_text(found, case.zone),
        told=telling.local_text(found.happened_at, found.zone) if found.zone != case.zone else "",
        observed=telling.both(found.observed_at, case.zone) if found.observed_at else "",
        recorded=telling.both(found.recorded_at, case.zone),
        late=telling.late_text(found),
        late_hours=telling.late_hours(),
        recorder=names[found.recorded_by],
        striker=names.get(found.struck_by, ""),
        instead=instead,
        about=name_of(found.about, viewer),
        about_url=address_seen(found.about, viewer),
    )
    return render(request, "incidents/timeline_entry.html", context)


def _form_page(
    request: Request,
    case: Case,
    form: Any,
    title: str,
    button: str,
    back: str,
    stopping: Sequence[Told] = (),
    words: str = "",
) -> HttpResponseBase:
    """A form; with `stopping`, the clocks that it would end are named, to be read and confirmed."""
    shown = [{"id": clock_id(told), "told": told} for told in stopping]
    context = framed(
        case, request, form=form, title=title, button=button, back=back, stopping=shown, words=words
    )
    page = "incidents/clock_form.html" if shown else "incidents/case_form.html"
    return render(request, page, context, status=400 if form.errors else 200)


def _confirmed(request: Request, form: Any) -> list[str]:
    """The ids of the clocks of which whoever acts has read that they stop."""
    return request.POST.getlist("clock") if form.cleaned_data["confirmed"] else []


def _not_done(form: Any, error: DuecareError) -> tuple[Told, ...]:
    """Say in the form why nothing was done; the clocks that are to be confirmed, if that is why."""
    if isinstance(error, Stops):
        form.ask_to_confirm()
        form.add_error("confirmed", _("Clocks that run would stop. Read which, and confirm it."))
        return error.clocks
    form.add_error(None, str(error))
    return ()


@require_http_methods(["GET", "HEAD", "POST"])
def timeline_add(request: Request, key: str) -> HttpResponseBase:
    """Write down what happened."""
    case = worked_on(request, key)
    initial = {"happened": forms.local_now(request.now, case.zone)}
    form = forms.EntryForm(
        request.POST if request.method == "POST" else None, case=case, now=request.now, initial=initial
    )
    back = reverse(PAGE, args=[key])
    if form.is_valid():
        try:
            actions.add_entry(request.viewer.actor, case, form.draft(), request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is written."))
            return redirect(back)
    return _form_page(request, case, form, _("Write into the timeline"), _("Write it down"), back)


def _standing(request: Request, case: Case, entry: str) -> TimelineEntry:
    found = queries.find_entry(case, entry, request.viewer)
    if found.struck_at is not None:
        raise Refused(_("This entry is struck already."), _("Look at it for the reason."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def timeline_strike(request: Request, key: str, entry: str) -> HttpResponseBase:
    """Say that an entry was wrong."""
    case = worked_on(request, key)
    found = _standing(request, case, entry)
    form = forms.StrikeForm(request.POST if request.method == "POST" else None)
    back = reverse("timeline-entry", args=[key, found.pk])
    stopping: tuple[Told, ...] = ()
    if form.is_valid():
        try:
            actions.strike_entry(
                request.viewer.actor, case, found.pk, form.cleaned_data["reason"], request.now,
                confirmed=_confirmed(request, form),
            )  # fmt: skip
        except DuecareError as error:
            stopping = _not_done(form, error)
        else:
            messages.success(request, _("It is struck, and stays to be read."))
            return redirect(back)
    words = ""
    if found.trigger.startswith(SUBMISSION):
        words = _("A notice that was recorded as handed in by this entry is a draft again afterwards.")
    return _form_page(request, case, form, _("Strike this entry"), _("Strike it"), back, stopping, words)


@require_http_methods(["GET", "HEAD", "POST"])
def timeline_anew(request: Request, key: str, entry: str) -> HttpResponseBase:
    """Strike an entry and tell it anew."""
    case = worked_on(request, key)
    found = _standing(request, case, entry)
    form = forms.AnewForm(
        request.POST if request.method == "POST" else None,
        case=case,
        now=request.now,
        before=found,
    )
    back = reverse("timeline-entry", args=[key, found.pk])
    stopping: tuple[Told, ...] = ()
    if form.is_valid():
        try:
            made = actions.tell_anew(
                request.viewer.actor, case, found.pk, form.draft(), form.cleaned_data["reason"], request.now,
                confirmed=_confirmed(request, form),
            )  # fmt: skip
        except DuecareError as error:
            stopping = _not_done(form, error)
        else:
            messages.success(request, _("It is told anew; the entry before stays, struck."))
            return redirect("timeline-entry", key, made.pk)
    return _form_page(request, case, form, _("Tell this entry anew"), _("Write it down"), back, stopping)


@require_http_methods(["GET", "HEAD", "POST"])
def timeline_strike_file(request: Request, key: str, entry: str) -> HttpResponseBase:
    """Strike all that came from the file of an entry."""
    case = worked_on(request, key)
    found = _standing(request, case, entry)
    if not found.imported:
        raise NotFound(_("This entry came from no file."), _("Strike it alone."))
    form = forms.StrikeForm(request.POST if request.method == "POST" else None)
    back = reverse("timeline-entry", args=[key, found.pk])
    stopping: tuple[Told, ...] = ()
    if form.is_valid():
        try:
            count = actions.strike_file(
                request.viewer.actor, case, found.imported, form.cleaned_data["reason"], request.now,
                confirmed=_confirmed(request, form),
            )  # fmt: skip
        except DuecareError as error:
            stopping = _not_done(form, error)
        else:
            messages.success(request, _("Struck: all entries of that file that stood, %s.") % number(count))
            return redirect(PAGE, key)
    title = _("Strike all entries of its file")
    return _form_page(request, case, form, title, _("Strike them"), back, stopping)
