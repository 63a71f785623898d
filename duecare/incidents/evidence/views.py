"""Pages of the evidence of a case: the list, one piece, bringing some, its custody, and taking it out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import BadInput, DuecareError, NotFound, Refused, Tampered
from duecare.incidents.cases import frame
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.incidents.evidence import actions, forms, lists, rehashing
from duecare.incidents.evidence.kinds import KINDS, shown_name
from duecare.incidents.evidence.models import Custody, Evidence
from duecare.incidents.evidence.queries import find_evidence, may_take, taken_from
from duecare.incidents.timeline.forms import local_now
from duecare.incidents.timeline.telling import both
from duecare.ledger import blobs
from duecare.ledger.viewers import Request, Viewer
from duecare.program.statement_queries import names_of
from duecare.web.uploads import demand_size
from duecare.web.views import show

PAGE = "case-evidence"
MOST_CUSTODY = 2000
"""Rows of custody that a page lists, the newest."""


def worked_on(request: Request, key: str) -> Case:
    """The case, if the viewer may change it. Raises NotFound, or Refused saying why not."""
    found = find_case(key, request.viewer)
    demand_worker(found, request.viewer)
    return found


def framed(case: Case, request: Request, **context: Any) -> dict[str, Any]:
    return frame.framed(case, request, PAGE, **context)


def custody_rows(viewer: Viewer, zone: str, **which: Any) -> list[dict[str, Any]]:
    """The custody of some evidence, oldest first, as pages and print show it."""
    kept = Custody.objects.all().visible_to(viewer).filter(**which).select_related("evidence")
    rows = list(kept.order_by("-at", "-id")[:MOST_CUSTODY])[::-1]
    names = names_of({row.recorded_by for row in rows}, viewer)
    return [
        {
            "row": row,
            "kind": KINDS.get(row.kind, row.kind),
            "at": both(row.at, zone),
            "recorded": both(row.recorded_at, zone),
            "recorder": names[row.recorded_by],
        }
        for row in rows
    ]


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def evidence_list(request: Request, key: str) -> HttpResponseBase:
    """The evidence of a case."""
    case = find_case(key, request.viewer)
    context = {} if request.GET.get("format") else framed(case, request)
    rows = lists.rows_of(case, request.viewer)
    return show(
        request,
        lists.listing(case, request.view_now),
        rows,
        template="incidents/evidence_list.html",
        context=context,
    )


@require_safe
def custody(request: Request, key: str) -> HttpResponseBase:
    """In whose hands all evidence of a case was, to be printed."""
    case = find_case(key, request.viewer)
    pieces = list(lists.rows_of(case, request.viewer).order_by("number"))
    rows = custody_rows(request.viewer, case.zone, evidence__case=case)
    of: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        of.setdefault(row["row"].evidence_id, []).append(row)
    told = [
        {"evidence": one, "rows": of.get(one.pk, []), "collected": both(one.collected_at, case.zone)}
        for one in pieces
    ]
    context = framed(case, request, told=told, most=MOST_CUSTODY, cut=len(rows) == MOST_CUSTODY)
    return render(request, "incidents/custody.html", context)


@require_safe
def evidence_page(request: Request, key: str, evidence: str) -> HttpResponseBase:
    """One piece of evidence with its custody."""
    viewer = request.viewer
    case = find_case(key, viewer)
    found = find_evidence(case, evidence, viewer)
    rows = custody_rows(viewer, case.zone, evidence=found)
    read = [one["row"] for one in rows if one["row"].intact is not None]
    intact, read_at = (read[-1].intact, read[-1].recorded_at) if read else (None, None)
    state = lists.state_of(found.content, intact, read_at, request.view_now)
    given = shown_name(found.given_name)
    context = framed(
        case,
        request,
        evidence=found,
        rows=rows,
        state=lists.state_shown(state, read_at),
        read_at=read_at,
        given=given if given != found.file_name else "",
        collected=both(found.collected_at, case.zone),
        adder=names_of({found.added_by}, viewer)[found.added_by],
        may_take=bool(found.content) and may_take(case, viewer),
        may_hand=may_take(case, viewer),
    )
    return render(request, "incidents/evidence.html", context)


# ── Bringing evidence ────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def on_disk(upload: Any) -> Iterator[Path]:
    """The file of an upload: a long one is there already, a short one is written."""
    if hasattr(upload, "temporary_file_path"):
        yield Path(upload.temporary_file_path())
        return
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        for piece in upload.chunks():
            file.write(piece)
        file.flush()
        yield Path(file.name)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_add(request: Request, key: str) -> HttpResponseBase:
    """Bring a file as evidence. Its size is looked at before it is read."""
    worked_on(request, key)
    demand_size(request, actions.MOST_BYTES, actions.next_step())
    if request.method == "POST":
        demand_announced_room(request)
    return _evidence_add(request, key)


def demand_announced_room(request: Request) -> None:
    """Raises BadInput if there is no room for as many bytes as a request says that it has."""
    announced = int(request.META.get("CONTENT_LENGTH") or "0")
    actions.demand_room(min(announced, actions.MOST_BYTES))


def _initial(request: Request, case: Case) -> dict[str, str]:
    return {"collected": local_now(request.now, case.zone), "collected_by": request.viewer.name}


@csrf_protect
def _evidence_add(request: Request, key: str) -> HttpResponseBase:
    case = worked_on(request, key)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = forms.FileForm(*posted, case=case, now=request.now, initial=_initial(request, case))
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            with on_disk(upload) as file:
                made = actions.add_file(
                    request.viewer.actor, case, file, upload.name, request.now, **form.told()
                )
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("It is kept, as it was brought."))
            return redirect("evidence", key, made.pk)
    return _form_page(request, case, form, _("Add a file as evidence"), _("Add it"), PAGE, upload=True)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_elsewhere(request: Request, key: str) -> HttpResponseBase:
    """Say that there is evidence elsewhere."""
    case = worked_on(request, key)
    form = forms.ElsewhereForm(
        request.POST if request.method == "POST" else None,
        case=case,
        now=request.now,
        initial=_initial(request, case),
    )
    if form.is_valid():
        try:
            made = actions.add_elsewhere(request.viewer.actor, case, request.now, **form.told())
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("It is written down."))
            return redirect("evidence", key, made.pk)
    title = _("Add evidence that is kept elsewhere")
    return _form_page(request, case, form, title, _("Add it"), PAGE)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_hand(request: Request, key: str, evidence: str) -> HttpResponseBase:
    """Write down what was done with evidence; also of a closed case."""
    case = taken_from(request, key)
    found = find_evidence(case, evidence, request.viewer)
    form = forms.HandForm(
        request.POST if request.method == "POST" else None,
        case=case,
        now=request.now,
        initial={"when": local_now(request.now, case.zone)},
    )
    if form.is_valid():
        told = form.cleaned_data
        try:
            actions.hand(
                request.viewer.actor, found, told["kind"], form.at(), told["who"], told["words"],
                request.now,
            )  # fmt: skip
        except DuecareError as error:
            place = "when" if error.place == "at" else error.place
            form.add_error(place if place in form.fields else None, str(error))
        else:
            messages.success(request, _("It is written down."))
            return redirect("evidence", key, found.pk)
    return _form_page(request, case, form, found.what, _("Write it down"), "evidence", found.pk)


def _form_page(
    request: Request,
    case: Case,
    form: Any,
    title: str,
    button: str,
    back: str,
    *more: str,
    upload: bool = False,
) -> HttpResponseBase:
    address = reverse(back, args=[case.pk, *more])
    context = framed(case, request, form=form, title=title, button=button, back=address, upload=upload)
    return render(request, "incidents/case_form.html", context, status=400 if form.errors else 200)


# ── Taking it out ────────────────────────────────────────────────────────────────────────────────────────


@require_POST
def evidence_download(request: Request, key: str, evidence: str) -> HttpResponseBase:
    """The file, and that it was taken out; never shown by the browser. Also of a closed case."""
    case = taken_from(request, key)
    return taken_out(request, find_evidence(case, evidence, request.viewer))


@require_POST
def evidence_read(request: Request, key: str, evidence: str) -> HttpResponseBase:
    """Read a file again now, and write down what came of it."""
    case = taken_from(request, key)
    found = find_evidence(case, evidence, request.viewer)
    if not found.content:
        raise BadInput(_("This is kept elsewhere."), _("Have it read there."))
    try:
        intact = rehashing.read_again(request.viewer.actor, found, request.now, always=True)
    except OSError as error:
        raise Refused(
            _("The file could not be read now: %s.") % (error.strerror or error),
            _("Let whoever runs the server look at its disk, and read it again."),
        ) from error
    if intact:
        messages.success(request, _("It was read again, and is what it was."))
    else:
        messages.warning(request, _("It is not what it was, or is gone. Whoever answers was told."))
    return redirect("evidence", key, found.pk)


def taken_out(request: Request, evidence: Evidence) -> FileResponse:
    """The file of evidence, a piece at a time, once it was found to be what it was.

    That somebody took it out is written before. Raises BadInput for what is kept elsewhere, Refused for a
    file that was changed, which is alarmed of at once.
    """
    if not evidence.content:
        raise BadInput(_("This is kept elsewhere."), _("Ask for it there, and write down that you did."))
    try:
        with blobs.opened(evidence.content) as checked:
            file = Path(checked.name).open("rb")  # noqa: SIM115  (the answer closes it)
    except (Tampered, NotFound) as error:
        rehashing.read_again(request.viewer.actor, evidence, request.now)
        raise Refused(
            _("This file is not what it was when it was taken in, or is gone."),
            _("It stands in its custody, and whoever answers was told. Restore it from a backup."),
        ) from error
    actions.note_access(
        request.viewer.actor, evidence, request.viewer.name, _("Taken out as a copy."), request.now
    )
    answer = FileResponse(
        file, as_attachment=True, filename=evidence.file_name, content_type="application/octet-stream"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer
