"""Pages of enrolling: which computers are expected or wait, a token for another, deciding, ending a key."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program.statement_queries import names_of
from duecare.systems import enrolment_actions
from duecare.systems.enrolment_forms import APPROVE, COMPARED, DecideForm, EndKeyForm, OfferForm
from duecare.systems.envelopes import fingerprint_of, same_name
from duecare.systems.fleet import moment
from duecare.systems.fleet_models import Enrolment, EnrolmentState, HostKey
from duecare.systems.models import Host
from duecare.systems.views import AREA, CHANGERS, changer, find_host
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

STATUS = {
    EnrolmentState.OFFERED: "waiting",
    EnrolmentState.WAITING: "asked",
    EnrolmentState.APPROVED: "approved",
    EnrolmentState.REFUSED: "refused",
    EnrolmentState.WITHDRAWN: "ended",
}
"""The look of each state (`web/words.py`)."""
OVER = "over"


def is_over(row: Enrolment) -> bool:
    """Whether nobody answered within the hour."""
    return row.state == EnrolmentState.OFFERED and row.expires_at <= moment()


def _state_words(row: Enrolment) -> str:
    return gettext("Nobody answered in time") if is_over(row) else str(EnrolmentState(row.state).label)


def _in_state(value: str) -> Q:
    if value == OVER:
        return Q(state=EnrolmentState.OFFERED, expires_at__lte=moment())
    if value == EnrolmentState.OFFERED:
        return Q(state=value, expires_at__gt=moment())
    return Q(state=value)


ENROLMENTS: Listing[Enrolment] = Listing(
    name="enrolments",
    caption=_("Enrolments"),
    columns=(
        Column(
            "name",
            _("Computer"),
            lambda row: row.name,
            Kind.MONO,
            lambda row: reverse("enrolment", args=[row.pk]),
            "name",
        ),
        Column("state", _("State"), _state_words, export=lambda row: OVER if is_over(row) else row.state),
        Column("offered_at", _("Token made"), lambda row: row.offered_at, Kind.DATE, order="offered_at"),
        Column("answered_at", _("Answered"), lambda row: row.answered_at, Kind.DATE, order="answered_at"),
        Column("address", _("From"), lambda row: row.address, Kind.MONO),
        Column("decided_at", _("Decided"), lambda row: row.decided_at, Kind.DATE, order="decided_at"),
    ),
    sort=("-offered_at",),
    filters=(
        Filter("name", _("Name begins with"), "name__istartswith", FilterKind.TEXT),
        Filter(
            "state",
            _("State"),
            _in_state,
            choices=(*EnrolmentState.choices, (OVER, _("Nobody answered in time"))),
        ),
    ),
    empty=Empty(
        _("No computer was enrolled yet"),
        _("Make a token for one; with it, it can show a key of its own and report by itself."),
    ),
)


def rows(viewer: Viewer) -> QuerySet[Enrolment]:
    found: QuerySet[Enrolment] = Enrolment.objects.all().visible_to(viewer)
    return found


def find_enrolment(key: str, viewer: Viewer) -> Enrolment:
    found = rows(viewer).filter(pk=key).select_related("host").first()
    if found is None:
        raise NotFound(gettext("There is no such enrolment."), gettext("Look in the list of enrolments."))
    return found


@require_safe
def enrolments(request: Request) -> HttpResponseBase:
    """Which computers are expected, wait for a decision, or were decided on."""
    viewer = demand_area(request, AREA)
    context = {"may_offer": viewer.has(*CHANGERS)}
    return show(request, ENROLMENTS, rows(viewer), template="systems/enrolments.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
def enrolment_offer(request: Request) -> HttpResponseBase:
    """Make a token for one computer; it is shown this once."""
    viewer = changer(request)
    form = OfferForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made, token = enrolment_actions.offer(viewer.actor, form.cleaned_data["name"], request.now)
        except DuecareError as error:
            form.add_error("name", str(error))
        else:
            shown = {
                "enrolment": made,
                "token": token,
                "address": request.build_absolute_uri("/").rstrip("/"),
            }
            return render(request, "systems/enrolment_token.html", shown)
    return render(request, "systems/enrolment_offer.html", {"form": form}, status=400 if form.errors else 200)


def _context(found: Enrolment, viewer: Viewer) -> dict[str, object]:
    host = (
        Host.objects.all().visible_to(viewer).filter(key=found.told_key).first() if found.told_key else None
    )
    waits = found.state == EnrolmentState.WAITING
    names = names_of({found.offered_by, found.decided_by} - {""}, viewer)
    return {
        "enrolment": found,
        "status": "ended" if is_over(found) else STATUS[EnrolmentState(found.state)],
        "state": _state_words(found),
        "over": is_over(found),
        "waits": waits,
        "fingerprint": fingerprint_of(found.public_key),
        "offered_by": names[found.offered_by],
        "decided_by": names.get(found.decided_by, ""),
        "known": host if waits else None,
        "renamed": waits and host is not None and not same_name(host.name, found.told_name),
        "replaces": waits
        and host is not None
        and HostKey.objects.all().visible_to(viewer).filter(host=host, ended_at=None).exists(),
        "may_change": viewer.has(*CHANGERS),
    }


@require_safe
def enrolment(request: Request, key: str) -> HttpResponseBase:
    """One enrolment: what was expected, what answered, what was decided."""
    viewer = demand_area(request, AREA)
    return render(request, "systems/enrolment.html", _context(find_enrolment(key, viewer), viewer))


@require_http_methods(["GET", "HEAD", "POST"])
def enrolment_decide(request: Request, key: str) -> HttpResponseBase:
    """Approve or refuse the key that a computer showed."""
    viewer = changer(request)
    found = find_enrolment(key, viewer)
    if found.state != EnrolmentState.WAITING:
        raise Refused(gettext("Nothing waits for a decision here."), gettext("Look at the enrolment."))
    form = DecideForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        if values["answer"] == APPROVE:
            host = enrolment_actions.approve(
                found,
                viewer.actor,
                request.now,
                compared=values["compared"] == COMPARED,
                because=values["because"],
            )
            messages.success(request, gettext("%s is enrolled. It can push reports from now on.") % host.name)
            return redirect("host", host.pk)
        enrolment_actions.refuse(found, viewer.actor, request.now, values["because"])
        messages.success(request, gettext("Refused. The key that was shown never counts."))
        return redirect("enrolment", found.pk)
    context = {**_context(found, viewer), "form": form}
    return render(request, "systems/enrolment_decide.html", context, status=400 if form.errors else 200)


@require_POST
def enrolment_withdraw(request: Request, key: str) -> HttpResponseBase:
    """End a token that nobody has used."""
    viewer = changer(request)
    found = find_enrolment(key, viewer)
    enrolment_actions.withdraw(found, viewer.actor, request.now)
    messages.success(request, gettext("The token for %s counts no more.") % found.name)
    return redirect("enrolment", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def key_end(request: Request, key: str) -> HttpResponseBase:
    """Let a host's key count no more, for a reason."""
    viewer = changer(request)
    host = find_host(key, viewer)
    form = EndKeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        enrolment_actions.end_key(host, viewer.actor, request.now, form.cleaned_data["reason"])
        messages.success(request, gettext("The key of %s counts no more.") % host.name)
        return redirect("host", host.pk)
    context = {"host": host, "form": form}
    return render(request, "systems/key_end.html", context, status=400 if form.errors else 200)
