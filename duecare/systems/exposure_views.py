"""Pages on which people say what hosts are exposed to: one host, or several that were chosen in the list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from duecare.errors import BadInput, DuecareError, Refused
from duecare.ledger.viewers import Request, Viewer
from duecare.program.models import DataSet
from duecare.program.task_queries import holding_people
from duecare.systems.exposure import cutoff, exposure_of
from duecare.systems.exposure_actions import MOST, say_exposure
from duecare.systems.exposure_forms import ExposureForm
from duecare.systems.models import Host
from duecare.systems.views import changer, find_host, listing, rows

NAMED = 50
"""Hosts that the page about several names."""


def form_for(request: Request, viewer: Viewer, data: Any = None, **options: Any) -> ExposureForm:
    """The form with the people and data sets that can be named."""
    people = holding_people(timezone.localdate(request.view_now)).visible_to(viewer)
    kept = DataSet.objects.all().visible_to(viewer)
    return ExposureForm(
        data, people=people.order_by("name", "id"), data_sets=kept.order_by("name", "id"), **options
    )


def demand_there(host: Host) -> Host:
    """Raises Refused for a host that was removed."""
    if host.removed_at is not None:
        raise Refused(_("%s was removed.") % host.name, _("Look on its page for the reason."))
    return host


@require_http_methods(["GET", "HEAD", "POST"])
def exposure(request: Request, key: str) -> HttpResponseBase:
    """Say what one host is exposed to, and who is responsible for it."""
    viewer = changer(request)
    found = demand_there(find_host(key, viewer))
    sent = request.POST if request.method == "POST" else None
    form = form_for(
        request, viewer, sent, several=False, initial=ExposureForm.of(exposure_of(found), cutoff())
    )
    if form.is_valid() and _say(form, viewer, [found.pk], request):
        messages.success(request, _("Noted."))
        return redirect("host", found.pk)
    context = {
        "form": form,
        "title": _("What %s is exposed to") % found.name,
        "back": reverse("host", args=[key]),
        "back_words": found.name,
        "count": 1,
    }
    return render(request, "systems/exposure.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def exposures(request: Request) -> HttpResponseBase:
    """Say it of several hosts in one act: those that are named, or all that pass the filters of the list."""
    viewer = changer(request)
    sent = request.POST if request.method == "POST" else None
    keys, names = _chosen(sent if sent is not None else request.GET, viewer)
    form = form_for(request, viewer, sent, several=True)
    if form.is_valid() and keys and _say(form, viewer, keys, request):
        words = ngettext("Noted for %s host.", "Noted for %s hosts.", len(keys))
        messages.success(request, words % len(keys))
        return redirect("hosts")
    context = {
        "form": form,
        "title": _("What these hosts are exposed to"),
        "back": reverse("hosts"),
        "back_words": _("Hosts"),
        "several": True,
        "count": len(keys),
        "names": names,
        "more": max(len(keys) - len(names), 0),
        "kept": [("hosts", " ".join(keys))],
    }
    refused = form.errors or (sent is not None and not keys)
    return render(request, "systems/exposure.html", context, status=400 if refused else 200)


def _chosen(asked: QueryDict, viewer: Viewer) -> tuple[list[str], list[str]]:
    """Keys of the hosts that an address names, without removed ones, and the names of the first.

    Raises BadInput for filters that the list does not have, or for more hosts than one act takes.
    """
    there = rows(viewer).filter(removed_at=None)
    if asked.get("every") == "1":
        filters = asked.copy()
        del filters["every"]
        hosts = listing(viewer)
        there = hosts.narrow(there, hosts.read(filters, Host))
    else:
        keys = [key for sent in asked.getlist("hosts") for key in sent.split()]
        there = there.filter(pk__in=keys[: MOST + 1])
    found = list(there.order_by("name", "id").values_list("pk", "name")[: MOST + 1])
    if len(found) > MOST:
        raise BadInput(
            _("These are more than %s hosts.") % MOST,
            _("Narrow the list of hosts with its filters, and do it in parts."),
        )
    return [key for key, _name in found], [name for _key, name in found[:NAMED]]


def _say(form: ExposureForm, viewer: Viewer, keys: list[str], request: Request) -> bool:
    """Do it; what is refused stands in the form."""
    try:
        say_exposure(viewer.actor, keys, form.said(), request.now)
    except DuecareError as error:
        place = error.place if error.place in form.fields else None
        form.add_error(place, str(error))
        return False
    return True
