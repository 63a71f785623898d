"""Pages of imports: which files were taken in, what one did, and undoing it."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import NotFound, Refused
from duecare.ledger.viewers import Request, Viewer, demand_whole
from duecare.program import remarks
from duecare.program.imports import forms, undoing
from duecare.program.imports.interface import MANAGERS, find_list, find_loader, lists
from duecare.program.imports.models import Import
from duecare.program.statement_queries import names_of
from duecare.program.subjects import register_reference
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

register_reference(undoing.KIND, lambda key: reverse("import", args=[key]))

IN_FILES = frozenset(("downloaded_at", "gone", "faults"))
"""Columns that only CSV and JSON have: the page would be too wide for a laptop."""

# ── What was taken in ────────────────────────────────────────────────────────────────────────────────────


def _state(row: Import) -> str:
    if row.undone_at is not None:
        return _("undone")
    return _("taken in") if row.finished_at is not None else _("broke off on the way")


def _list_name(row: Import) -> str:
    return next((str(one.name) for one in lists() if one.id == row.list), row.list)


def listing() -> Listing[Import]:
    """The list of imports."""
    return Listing(
        name="imports",
        caption=gettext_lazy("Imports"),
        columns=(
            Column(
                "name",
                gettext_lazy("File"),
                str,
                link=lambda row: reverse("import", args=[row.pk]),
                order="name",
            ),
            Column("list", gettext_lazy("List"), _list_name, export=lambda row: row.list),
            Column("source", gettext_lazy("Source"), lambda row: row.source or None),
            Column("made_at", gettext_lazy("Taken in"), lambda row: row.made_at, Kind.DATE, order="made_at"),
            Column("downloaded_at", gettext_lazy("Downloaded"), lambda row: row.downloaded_at, Kind.DATE),
            Column("added", gettext_lazy("Added"), lambda row: row.added, Kind.NUMBER),
            Column("changed", gettext_lazy("Changed"), lambda row: row.changed, Kind.NUMBER),
            Column("gone", gettext_lazy("Gone"), lambda row: row.gone, Kind.NUMBER),
            Column("faults", gettext_lazy("Faults"), lambda row: row.faults, Kind.NUMBER),
            Column("state", gettext_lazy("State"), _state),
        ),
        sort=("-made_at",),
        filters=(
            Filter("list", gettext_lazy("List"), "list", choices=[(one.id, one.name) for one in lists()]),
            Filter("source", gettext_lazy("Source"), "source__icontains", FilterKind.TEXT),
            Filter("since", gettext_lazy("Taken in since"), "made_at", FilterKind.SINCE),
        ),
        empty=Empty(
            gettext_lazy("Nothing was imported yet"),
            gettext_lazy("Choose a list above and bring a CSV or XLSX file."),
        ),
    )


@require_safe
def imports(request: Request) -> HttpResponseBase:
    """The files that were taken in, and the lists that take some."""
    viewer = demand_whole(request)
    offered = [one for one in lists() if viewer.has(*one.roles)]
    context = {"offered": offered}
    rows = Import.objects.all().visible_to(viewer)
    whole = listing()
    if not request.GET.get("format"):
        whole = replace(whole, columns=tuple(one for one in whole.columns if one.key not in IN_FILES))
    return show(request, whole, rows, template="program/imports.html", context=context)


def _find(key: str, viewer: Viewer) -> Import:
    found: Import | None = Import.objects.all().visible_to(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such import."), _("Look in the list of imports."))
    return found


@require_safe
def import_page(request: Request, key: str) -> HttpResponseBase:
    """What one import did, and whether it was undone."""
    viewer = demand_whole(request)
    found = _find(key, viewer)
    one = find_list(found.list)
    labels = {field.name: field.label for field in one.fields}
    loader = find_loader(found.loader)
    names = names_of({found.made_by, found.undone_by} - {""}, viewer)
    context = {
        "made": found,
        "list": one,
        "state": _state(found),
        "loader": loader.name if loader else "",
        "mapping": [
            (labels[name], ", ".join(found.mapping[name])) for name in labels if name in found.mapping
        ],
        "made_by": names[found.made_by],
        "undone_by": names.get(found.undone_by, ""),
        "acts": undoing.acts_of(found),
        "may_undo": viewer.has(*MANAGERS) and found.undone_at is None,
        **remarks.context(f"{undoing.KIND}:{found.pk}", viewer),
    }
    return render(request, "program/import.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request: Request, key: str) -> HttpResponseBase:
    """Put back what an import changed."""
    viewer = demand_whole(request)
    if not viewer.has(*MANAGERS):
        raise Refused(_("Only an owner or a manager undoes an import."), _("Ask one of them."))
    found = _find(key, viewer)
    undoing.demand_undoable(found)
    form = forms.UndoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        undoing.undo(found, viewer.actor, form.cleaned_data["reason"], request.now)
        messages.success(request, _("Undone: all that it changed is as it was before."))
        return redirect("import", found.pk)
    context = {
        "form": form,
        "title": _("Undo the import"),
        "button": _("Undo it"),
        "back": reverse("import", args=[found.pk]),
        "about": _("%s: what it added is removed, what it changed goes back to what held before.")
        % found.name,
    }
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)
