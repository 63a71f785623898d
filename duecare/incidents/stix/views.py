"""Pages that pass on what a case shows as STIX, and take in what others tell."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from duecare.errors import BadInput, DuecareError, NotFound
from duecare.incidents.cases.models import Case
from duecare.incidents.evidence.queries import taken_from
from duecare.incidents.indicators import actions as indicator_actions
from duecare.incidents.indicators.kinds import KINDS, defanged
from duecare.incidents.indicators.views import PAGE, framed, worked_on
from duecare.incidents.stix import actions, forms
from duecare.incidents.stix.isolated import MOST_BYTES, TECHNIQUE, read_isolated
from duecare.ledger.viewers import Request
from duecare.program import remarks
from duecare.program.imports import waiting
from duecare.program.imports.tables import Choice, Table
from duecare.program.imports.waiting import Waiting
from duecare.web.uploads import demand_size
from duecare.words import number

INTO = "incidents.stix"
LISTED = 100
"""Rows, and faults, that the preview shows."""


@require_http_methods(["GET", "HEAD", "POST"])
def stix_export(request: Request, key: str) -> HttpResponseBase:
    """Pass on what a case shows; the answer is the file, and the record keeps who gets it."""
    case = taken_from(request, key)
    actions.demand_no_exercise(case)
    form = forms.ExportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.pass_on(
                request.viewer.actor,
                case,
                told["recipient"],
                told["tlp"],
                request.now,
                summary=told["summary"],
            )
        except BadInput as error:
            form.add_error(error.place or None, str(error))
        else:
            return as_file(case, made.text)
    context = framed(
        case,
        request,
        form=form,
        title=_("Pass on as STIX"),
        words=_("Indicators, the techniques that were seen, and that there is an incident; as STIX 2.1."),
        button=_("Make the file"),
        back=reverse(PAGE, args=[key]),
    )
    return render(request, "incidents/case_form.html", context, status=400 if form.errors else 200)


def as_file(case: Case, text: str) -> HttpResponse:
    """A bundle as a download."""
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="incident-{case.number}-stix.json"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def read_table(data: bytes, now: datetime) -> Table:
    """What a bundle tells at that time. Raises BadInput."""
    found = read_isolated(data, now)
    if isinstance(found, Choice):  # a bundle has no sheets
        raise BadInput(_("The file is no bundle of STIX."), _("Look whether it is the right file."))
    return found


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stix_import(request: Request, key: str) -> HttpResponseBase:
    """Bring a bundle; it waits until its preview is confirmed."""
    worked_on(request, key)
    demand_size(request, MOST_BYTES, _("Ask for a smaller one."))
    return _stix_import(request, key)


@csrf_protect
def _stix_import(request: Request, key: str) -> HttpResponseBase:
    case = worked_on(request, key)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = forms.ImportForm(*posted)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            found = waiting.put(
                upload.read(), request.viewer.actor, request.now,
                read=lambda data, _sheet: read_table(data, request.now), into=INTO, source=case.pk,
                loader=form.cleaned_data["tlp"], name=remarks.clean_name(upload.name),
                downloaded_at=request.now,
            )  # fmt: skip
        except DuecareError as error:
            form.add_error("file", str(error))
        else:
            return redirect("stix-preview", key, found.token)
    context = framed(
        case,
        request,
        form=form,
        title=_("Take in STIX"),
        words=_("Indicators and techniques of ATT&CK are taken from it, once you have seen them."),
        button=_("Look at what it says"),
        back=reverse(PAGE, args=[key]),
        upload=True,
    )
    return render(request, "incidents/case_form.html", context, status=400 if form.errors else 200)


def _waiting(request: Request, case: Case, token: str) -> Waiting:
    found = waiting.find(token, request.viewer.actor, request.now)
    if (found.into, found.source) != (INTO, case.pk):
        raise NotFound(_("No such file waits for this case."), _("Send it again."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def stix_preview(request: Request, key: str, token: str) -> HttpResponseBase:
    """What a bundle would add; sent again, it is added."""
    case = worked_on(request, key)
    found = _waiting(request, case, token)
    table, digest = found.table(), hashlib.sha256(found.data()).hexdigest()
    error = ""
    try:
        actions.demand_new(case, digest)
    except DuecareError as wrong:
        error = str(wrong)
    good = bool(table.rows) and not table.problems and not error
    if request.method == "POST" and good:
        waiting.claim(found)
        try:
            made = actions.take_in(
                request.viewer.actor, case, table, found.loader, digest, found.name, request.now
            )
        except DuecareError:
            waiting.give_back(found)
            raise
        waiting.done(found)
        words = ngettext("%s indicator was added.", "%s indicators were added.", made)
        messages.success(request, words % number(made))
        return redirect(PAGE, key)
    context = framed(
        case,
        request,
        file=found,
        error=error,
        good=good,
        rows=_shown(case, table, found.loader),
        more=max(0, len(table.rows) - LISTED),
        count=len(table.rows),
        problems=[one.reason for one in table.problems[:LISTED]],
        problem_count=len(table.problems),
        notes=table.notes,
    )
    status = 400 if request.method == "POST" else 200
    return render(request, "incidents/stix_preview.html", context, status=status)


@require_POST
def stix_drop(request: Request, key: str, token: str) -> HttpResponseBase:
    """Give up a bundle that waits."""
    case = worked_on(request, key)
    waiting.give_up(_waiting(request, case, token))
    messages.success(request, _("The file is gone; nothing of it was written."))
    return redirect(PAGE, key)


def _shown(case: Case, table: Table, tlp: str) -> list[dict[str, Any]]:
    there = indicator_actions.standing(case)
    told = []
    for row in table.rows[:LISTED]:
        kind, value, level, words, _id = row.cells
        told.append(
            {
                "kind": _("Technique of ATT&CK") if kind == TECHNIQUE else KINDS.get(kind, kind),
                "shown": defanged(kind, value),
                "tlp": f"TLP:{(level or tlp).upper()}",
                "words": words,
                "there": (kind, value) in there,
            }
        )
    return told
