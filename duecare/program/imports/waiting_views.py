"""Pages on the way of a file: its upload, its sheet, its columns, the preview, and taking it in.

A file that waits is its bringer's alone; nobody else gets an answer about it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import BadInput, DuecareError, Refused
from duecare.ledger.viewers import Request, Viewer, demand_reader, demand_whole
from duecare.program.imports import actions, forms, mapping, telling, waiting
from duecare.program.imports.changes import Kind
from duecare.program.imports.interface import List, find_list, find_loader, loader_for, loaders
from duecare.program.imports.tables import MOST_BYTES
from duecare.web.uploads import demand_size

CUT = gettext_lazy("Cut the file into several.")


def _bringer(request: Request, one: List[Any]) -> Viewer:
    """The viewer, if they may take files into a list. Raises Refused for who only reads, else NotFound."""
    viewer = demand_whole(request)
    if not viewer.has(*one.roles):
        raise Refused(_("Your role takes no files into this list."), _("Ask an owner or a manager."))
    return viewer


# ── Bringing a file ──────────────────────────────────────────────────────────────────────────────────────


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: Request, list_id: str) -> HttpResponseBase:
    """Bring a file for a list; it waits until its preview is confirmed."""
    _bringer(request, find_list(list_id))
    demand_size(request, MOST_BYTES, str(CUT))
    return _import_new(request, find_list(list_id))


@csrf_protect
def _import_new(request: Request, one: List[Any]) -> HttpResponseBase:
    today = timezone.localdate(request.now)
    known = loaders(one.id)
    asked = request.GET.get("as", "")
    initial = {"loader": asked if asked in {loader.id for loader in known} else ""}
    if request.method == "POST":
        form = forms.FileForm(one, today, request.POST, request.FILES)
    else:
        form = forms.FileForm(one, today, initial=initial)
    if form.is_valid():
        try:
            return redirect("import-waiting", _bring(request, one, form).token)
        except DuecareError as error:
            form.add_error("file", str(error))
    context = {"list": one, "form": form, "loaders": known, "asked": initial["loader"]}
    return render(request, "program/import_new.html", context, status=400 if form.errors else 200)


def _bring(request: Request, one: List[Any], form: forms.FileForm) -> waiting.Waiting:
    """Read the file and let it wait. Raises an error of ours for what cannot be read."""
    values = form.cleaned_data
    upload = values["file"]
    chosen = values.get("loader", "")
    put = waiting.put(
        upload.read(),
        request.viewer.actor,
        request.now,
        into=one.id,
        name=str(upload.name)[:200],
        loader="" if chosen == forms.BY_HAND else chosen,
        confirmed=False,
        source=values.get("source", "").strip(),
        whole=values.get("whole", False),
        downloaded_at=form.downloaded_at(request.now),
    )
    try:
        return put if put.sheets else know(put, by_hand=chosen == forms.BY_HAND)
    except DuecareError:
        waiting.let_go(put)
        raise


def know(put: waiting.Waiting, *, by_hand: bool = False) -> waiting.Waiting:
    """Map the columns of a file whose loader is named, or is known by the head.

    Raises BadInput if the file is not what it was said to be, or nothing says what its source is.
    """
    one, table = find_list(put.into), put.table()
    loader = find_loader(put.loader) if put.loader else None if by_hand else loader_for(put.into, table.head)
    if put.loader and loader is not None and not loader.knows(table.head):
        raise BadInput(
            _("The file has not the columns of “%s”.") % loader.name,
            _("Choose what it is instead, or say by hand which column is which."),
        )
    source = put.source or (loader.source if loader else "")
    if one.sourced and not source:
        raise BadInput(
            _("Its columns do not show which service the list is of."), _("Name the service or list below.")
        )
    if loader is None:
        return waiting.change(put, source=source)
    columns = {name: list(places) for name, places in loader.columns(table.head).items()}
    mapping.check_mapping({name: tuple(places) for name, places in columns.items()}, table.head, one.fields)
    return waiting.change(put, loader=loader.id, source=source, mapping=columns, confirmed=True)


# ── A file that waits ────────────────────────────────────────────────────────────────────────────────────


def _waiting(request: Request, token: str) -> tuple[waiting.Waiting, List[Any]]:
    viewer = demand_reader(request)
    found = waiting.find(token, viewer.actor, request.now)
    one = find_list(found.into)
    _bringer(request, one)
    return found, one


def brought(found: waiting.Waiting, file: str = "") -> actions.Brought:
    """A file that waits, as it is taken in."""
    return actions.Brought(
        found.table(),
        {name: tuple(places) for name, places in found.mapping.items()},
        find_loader(found.loader),
        found.name,
        found.size,
        file,
        found.source,
        found.whole,
        found.downloaded,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def waiting_sheet(request: Request, token: str) -> HttpResponseBase:
    """Say which sheet is meant."""
    found, _one = _waiting(request, token)
    form = forms.SheetForm(waiting.sheets(found), request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            know(waiting.choose_sheet(found, form.cleaned_data["sheet"]))
            return redirect("import-waiting", token)
        except DuecareError as error:
            form.add_error("sheet", str(error))
    context = {"form": form, "waiting": found, "title": _("Which sheet is meant?"), "button": _("Go on")}
    return render(request, "program/import_step.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def waiting_columns(request: Request, token: str) -> HttpResponseBase:
    """Say which column is which."""
    found, one = _waiting(request, token)
    table = found.table()
    said: mapping.Columns = {name: tuple(places) for name, places in found.mapping.items()}
    proposed = said or mapping.propose(table.head, one.fields)
    form = forms.ColumnsForm(one, table, proposed, request.POST if request.method == "POST" else None)
    if form.is_valid():
        waiting.change(found, mapping=form.columns(), loader="", confirmed=True)
        return redirect("import-waiting", token)
    context = {
        "form": form,
        "waiting": found,
        "title": _("Which column is which?"),
        "button": _("Show what would change"),
        "about": _(
            "Proposed by the names of the columns; look at each. What is not in the file stays as it is."
        ),
        "repeated": list(mapping.repeated(table.head)),
    }
    return render(request, "program/import_step.html", context, status=400 if form.errors else 200)


@require_safe
def waiting_preview(request: Request, token: str) -> HttpResponseBase:
    """What taking it in would change. Nothing is yet."""
    found, one = _waiting(request, token)
    if found.sheets and not found.sheet:
        return redirect("import-sheet", token)
    if not found.confirmed:
        return redirect("import-columns", token)
    carried = brought(found)
    try:
        planned = actions.plan(one, carried, _taking(request, carried))
    except DuecareError as error:
        context = {"waiting": found, "list": one, "refused": error}
        return render(request, "program/import_preview.html", context, status=409)
    faults = list(telling.faults(one, planned, carried.table))
    context = {
        "waiting": found,
        "list": one,
        "loader": carried.loader,
        "table": carried.table,
        "rows": len(carried.table.rows),
        "planned": planned,
        "groups": telling.groups(one, planned),
        "faults": faults[: telling.SHOWN],
        "fault_count": len(faults),
        "kept_out": one.undivided and bool(faults),
        "faulty_rows": len({fault.row for fault in planned.faults}),
        "sees_gone": one.sourced and found.whole,
    }
    return render(request, "program/import_preview.html", context)


def _taking(request: Request, carried: actions.Brought) -> Any:
    zone = timezone.get_current_timezone()
    return actions.taking_of(carried, request.viewer.actor, request.now, zone)


@require_safe
def waiting_faults(request: Request, token: str) -> HttpResponseBase:
    """All faults as CSV."""
    found, one = _waiting(request, token)
    carried = brought(found)
    planned = actions.plan(one, carried, _taking(request, carried))
    text = telling.faults_csv(list(telling.faults(one, planned, carried.table)))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="faults.csv"'
    return response


@require_POST
def waiting_confirm(request: Request, token: str) -> HttpResponseBase:
    """Take it in, if what would change is still what the preview showed."""
    found, one = _waiting(request, token)
    carried = brought(found)
    taking = _taking(request, carried)
    planned = actions.plan(one, carried, taking)
    if planned.digest != request.POST.get("plan", ""):
        messages.warning(
            request, _("Something has changed since the preview was made. Look at it once more.")
        )
        return redirect("import-waiting", token)
    if not planned.counts[Kind.UNCHANGED] and not planned.acting:
        raise Refused(_("No row of the file can be taken in."), _("Mend its faults and send it again."))
    data = found.data()
    waiting.claim(found)
    try:
        made = actions.take_in(one, carried, planned, taking, data)
    except BaseException:
        waiting.give_back(found)
        raise
    waiting.done(found)
    count = len(planned.acting)
    words = ngettext("Taken in: %(n)s record changes.", "Taken in: %(n)s records change.", count)
    messages.success(request, words % {"n": f"{count:,}"})
    return redirect("import", made.pk)


@require_POST
def waiting_give_up(request: Request, token: str) -> HttpResponseBase:
    """Remove a file that waits."""
    found, one = _waiting(request, token)
    waiting.give_up(found)
    messages.info(request, _("Given up: the file was removed and nothing was changed."))
    return redirect(one.page)
