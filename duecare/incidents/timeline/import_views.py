"""Taking a file of events into a timeline: it waits, its preview is shown, and all of it is taken in or none.

A file that waits is its bringer's alone (`program/imports/waiting.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from duecare.errors import BadInput, DuecareError, NotFound
from duecare.incidents.cases.models import Case
from duecare.incidents.timeline import actions, forms, telling
from duecare.incidents.timeline.isolated import read_isolated
from duecare.incidents.timeline.kinds import KINDS
from duecare.incidents.timeline.milestones import OF_ID
from duecare.incidents.timeline.models import TimelineEntry
from duecare.incidents.timeline.rows import Draft, read_rows
from duecare.incidents.timeline.views import PAGE, framed, worked_on
from duecare.ledger.viewers import Request
from duecare.program import remarks
from duecare.program.imports import waiting
from duecare.program.imports.tables import MOST_BYTES, Choice, Problem, Table
from duecare.program.imports.waiting import Waiting
from duecare.web.uploads import demand_size
from duecare.words import number

INTO = "incidents.timeline"
LISTED = 100
"""Rows, and faults, that the preview shows."""


def read_table(data: bytes, sheet: str) -> Table:
    """The table in a file. Raises BadInput, also where it is not said which sheet is meant."""
    found = read_isolated(data, sheet)
    if isinstance(found, Choice):
        raise BadInput(
            _("The workbook has several sheets: %s.") % ", ".join(one.name for one in found.sheets),
            _("Say which one is meant."),
            "sheet",
        )
    return found


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def timeline_import(request: Request, key: str) -> HttpResponseBase:
    """Bring a file of events; it waits until its preview is confirmed."""
    worked_on(request, key)
    demand_size(request, MOST_BYTES, _("Cut the file into several."))
    return _timeline_import(request, key)


@csrf_protect
def _timeline_import(request: Request, key: str) -> HttpResponseBase:
    case = worked_on(request, key)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = forms.ImportForm(*posted, case=case)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            found = waiting.put(
                upload.read(),
                request.viewer.actor,
                request.now,
                read=read_table,
                into=INTO,
                source=case.pk,
                loader=form.cleaned_data["zone"],
                sheet=form.cleaned_data["sheet"],
                name=remarks.clean_name(upload.name),
                downloaded_at=request.now,
            )
        except DuecareError as error:
            form.add_error(error.place if error.place == "sheet" else "file", str(error))
        else:
            return redirect("timeline-preview", key, found.token)
    context = framed(case, request, form=form, back=reverse(PAGE, args=[key]))
    return render(request, "incidents/timeline_import.html", context, status=400 if form.errors else 200)


def _waiting(request: Request, case: Case, token: str) -> Waiting:
    found = waiting.find(token, request.viewer.actor, request.now)
    if (found.into, found.source) != (INTO, case.pk):
        raise NotFound(_("No such file waits for this case."), _("Send it again."))
    return found


def _identity(found: Waiting, case: Case) -> str:
    """What a file is known by: its digest; with the sheet and the zone that were chosen, if any were."""
    digest = hashlib.sha256(found.data()).hexdigest()
    if not found.sheet and found.loader == case.zone:
        return digest
    return hashlib.sha256(f"{digest}\0{found.sheet}\0{found.loader}".encode()).hexdigest()


@require_http_methods(["GET", "HEAD", "POST"])
def timeline_preview(request: Request, key: str, token: str) -> HttpResponseBase:
    """What a file would write; sent again, it is written."""
    case = worked_on(request, key)
    found = _waiting(request, case, token)
    table, digest = found.table(), _identity(found, case)
    drafts: list[tuple[int, Draft]] = []
    problems: list[Problem] = []
    error, there = "", 0
    try:
        drafts, problems = read_rows(table, found.loader, request.now)
        there = actions.already_there(case, len(drafts), digest) if drafts else 0
    except DuecareError as wrong:
        error = str(wrong)
    good = bool(drafts) and not problems and not error
    if request.method == "POST" and good:
        waiting.claim(found)
        try:
            count = actions.take_in(
                request.viewer.actor, case, [draft for _row, draft in drafts], digest, request.now
            )
        except DuecareError:
            waiting.give_back(found)
            raise
        waiting.done(found)
        words = ngettext("%s entry was written.", "%s entries were written.", count)
        messages.success(request, words % number(count))
        return redirect(PAGE, key)
    context = framed(
        case,
        request,
        file=found,
        error=error,
        good=good,
        there=there,
        rows=_shown(case, drafts),
        more=max(0, len(drafts) - LISTED),
        count=len(drafts),
        problems=_placed(table, problems),
        more_problems=max(0, len(problems) - LISTED),
        problem_count=len(problems),
    )
    return render(
        request,
        "incidents/timeline_preview.html",
        context,
        status=400 if request.method == "POST" else 200,
    )


@require_POST
def timeline_drop(request: Request, key: str, token: str) -> HttpResponseBase:
    """Give up a file that waits."""
    case = worked_on(request, key)
    waiting.give_up(_waiting(request, case, token))
    messages.success(request, _("The file is gone; nothing of it was written."))
    return redirect(PAGE, key)


def _shown(case: Case, drafts: Sequence[tuple[int, Draft]]) -> list[dict[str, Any]]:
    told = []
    for row, draft in drafts[:LISTED]:
        entry = TimelineEntry(
            happened_at=draft.happened.at, zone=draft.happened.zone, whole_day=draft.happened.whole_day
        )
        told.append(
            {
                "row": row,
                "happened": telling.happened_text(entry, case.zone),
                "words": draft.words,
                "kind": KINDS[draft.kind],
                "mark": OF_ID[draft.mark].name if draft.mark else "",
                "techniques": ", ".join(draft.techniques),
            }
        )
    return told


def _placed(table: Table, problems: Sequence[Problem]) -> list[tuple[str, str]]:
    return [(table.place(one.row, one.column), one.reason) for one in problems[:LISTED]]
