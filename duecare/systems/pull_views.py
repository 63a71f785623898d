"""Pages of pulling: which hosts reports are fetched from, what came last of each, and ending a connection."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import NotFound
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.systems import pull_actions
from duecare.systems.enrolment_forms import EndConnectionForm
from duecare.systems.models import NEWEST
from duecare.systems.pull_models import Came, PulledHost, PullPass
from duecare.systems.views import AREA, changer, find_host
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show


def _came(row: PulledHost) -> str:
    words = str(Came(row.came).label)
    return gettext("%(came)s, and it is in doubt") % {"came": words} if row.doubt else words


def _in_state(value: str) -> Q:
    if value == "doubted":
        return ~Q(doubt="")
    return ~Q(came=Came.REPORTED) if value == "failed" else Q(came=value)


PULLED: Listing[PulledHost] = Listing(
    name="pulled-hosts",
    caption=_("Pulled hosts"),
    columns=(
        Column(
            "name",
            _("Host"),
            lambda row: row.name,
            Kind.MONO,
            lambda row: reverse("host", args=[row.host_id]),
            "name",
        ),
        Column("came", _("Last pass"), _came, export=lambda row: row.came),
        Column("since", _("Since"), lambda row: row.since, Kind.DATE, order="since"),
        Column(
            "reported",
            _("Last report"),
            lambda row: getattr(row, "reported", None),
            Kind.DATE,
            order="reported",
        ),
        Column("words", _("What was said"), lambda row: row.doubt or row.words, Kind.MONO),
        Column("address", _("Reached at"), lambda row: f"{row.user}@{row.address}:{row.port}", Kind.MONO),
    ),
    sort=("name",),
    filters=(
        Filter("name", _("Name begins with"), "name__istartswith", FilterKind.TEXT),
        Filter(
            "came",
            _("Last pass"),
            _in_state,
            choices=(("failed", _("Anything but a report")), ("doubted", _("In doubt")), *Came.choices),
        ),
    ),
    empty=Empty(
        _("No reports are fetched over SSH yet"),
        _("“duecare-pull” fetches them, under a user of its own and with a list of its own; see the docs."),
    ),
)


def rows(viewer: Viewer) -> QuerySet[PulledHost]:
    """Connections in force, each with the time of its host's newest report."""
    found: QuerySet[PulledHost] = (
        PulledHost.objects.all()
        .visible_to(viewer)
        .filter(ended_at=None, host__removed_at=None)
        .annotate(last=FilteredRelation("host__reports", condition=Q(host__reports__newest__in=NEWEST)))
        .annotate(reported=F("last__collected_at"))
    )
    return found


@require_safe
def pulled(request: Request) -> HttpResponseBase:
    """When reports were last fetched over SSH, from which hosts, and what failed."""
    viewer = demand_area(request, AREA)
    newest = PullPass.objects.all().visible_to(viewer).order_by("-ended_at", "-id").first()
    context = {"newest": newest}
    return show(request, PULLED, rows(viewer), template="systems/pulled.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
def pull_end(request: Request, key: str) -> HttpResponseBase:
    """End a host's connection, for a reason: the next report over it tells anew whose it is."""
    viewer = changer(request)
    host = find_host(key, viewer)
    if not PulledHost.objects.all().visible_to(viewer).filter(host=host, ended_at=None).exists():
        raise NotFound(gettext("Nothing is fetched from %s.") % host.name, gettext("Look on its page."))
    form = EndConnectionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        pull_actions.end_connection(host, viewer.actor, request.now, form.cleaned_data["reason"])
        messages.success(
            request, gettext("Ended. The next report from there tells anew which computer it is of.")
        )
        return redirect("host", host.pk)
    context = {"host": host, "form": form}
    return render(request, "systems/pull_end.html", context, status=400 if form.errors else 200)
