"""Pages of saved views: opening one, saving one from a list, and the list of them."""

from __future__ import annotations

from itertools import groupby

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import BadInput
from duecare.ledger import asof
from duecare.ledger.viewers import Request
from duecare.program.record_form import RecordForm
from duecare.site import saved_views
from duecare.site.search_views import at_day


class NameForm(RecordForm):
    """What a view is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=saved_views.LONGEST_NAME)


@require_safe
def views(request: Request) -> HttpResponseBase:
    """The views that one may open, by list."""
    viewer = request.viewer
    live = asof.current() is None
    found = [(one, live and (viewer.changes or not one.shared)) for one in saved_views.views(viewer)]
    context = {
        "groups": [
            (saved_views.LISTS[list].label, [*rows])
            for list, rows in groupby(found, key=lambda pair: pair[0].list)
        ]
    }
    return render(request, "site/views.html", context)


@require_safe
def view(request: Request, key: str) -> HttpResponseBase:
    """Open a view: its list, under its filters."""
    found = saved_views.find_view(key, request.viewer)
    return redirect(at_day(saved_views.address_of(found, request.viewer, request.view_now), request))


@require_POST
def save(request: Request) -> HttpResponseBase:
    """Save the view that a list shows."""
    list, query = request.POST.get("list", ""), request.POST.get("query", "")
    name, shared = request.POST.get("name", ""), request.POST.get("shared") == "on"
    try:
        made = saved_views.save_view(request.viewer, list, query, name, shared=shared, now=request.now)
    except BadInput as error:
        if list not in saved_views.LISTS or not query:
            raise
        messages.error(request, str(error))
        return redirect(f"{reverse(list)}?{saved_views.kept(request.POST.__class__(query))}")
    messages.success(request, _("Saved as “%s”. You find it above this list and by Ctrl-K.") % made.name)
    return redirect(saved_views.address_of(made, request.viewer, request.now))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, key: str) -> HttpResponseBase:
    """Give a view another name."""
    found = saved_views.find_view(key, request.viewer)
    saved_views.demand_change(request.viewer, found)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": found.name})
    if form.is_valid():
        try:
            saved_views.rename_view(request.viewer, found, form.cleaned_data["name"])
        except BadInput as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The view was renamed."))
            return redirect("views")
    context = {
        "form": form,
        "title": _("Rename “%s”") % found.name,
        "button": _("Rename"),
        "back": reverse("views"),
        "back_text": _("Saved views"),
    }
    return render(request, "site/form.html", context, status=400 if form.errors else 200)


@require_POST
def remove(request: Request, key: str) -> HttpResponseBase:
    """Forget a view."""
    found = saved_views.find_view(key, request.viewer)
    saved_views.remove_view(request.viewer, found)
    messages.success(request, _("“%s” was removed.") % found.name)
    return redirect("views")
