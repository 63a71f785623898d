"""Pages of names: which hosts and mail domains are ours, what was seen of one, and looking now."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger.viewers import Request, Role, Viewer, demand_area
from duecare.program import subject_findings
from duecare.systems import name_actions, name_telling
from duecare.systems.models import NEWEST, Look, Name, NameKind
from duecare.systems.name_forms import AddNameForm, ChangeNameForm, RemoveNameForm
from duecare.systems.named import NAME
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

AREA = "systems"
CHANGERS = (Role.OWNER, Role.MANAGER)
LISTED = 50
"""Looks that the page of a name lists."""


def changer(request: Request) -> Viewer:
    """The viewer, if they may change names. Raises Refused for one who may only read, else NotFound."""
    viewer = demand_area(request, AREA)
    if not viewer.has(*CHANGERS):
        raise Refused(gettext("Only an owner or a manager changes names."), gettext("Ask one of them."))
    return viewer


def find_name(key: str, viewer: Viewer) -> Name:
    found: Name | None = Name.objects.all().visible_to(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(gettext("There is no such name."), gettext("Look in the list of names."))
    return found


def _kind(row: Name) -> str:
    return gettext("host") if row.kind == NameKind.TLS else gettext("mail domain")


def _seen(row: Name) -> str:
    """How much the newest look saw, in a word or two; the export says why it was nothing."""
    if getattr(row, "looked_at", None) is None:
        return gettext("not looked yet")
    if getattr(row, "fault", ""):
        return gettext("nothing")
    return gettext("in part") if getattr(row, "unreadable", 0) else gettext("all")


NAMES: Listing[Name] = Listing(
    name="names",
    caption=_("Names of ours"),
    columns=(
        Column("name", _("Name"), str, Kind.MONO, lambda row: reverse("name", args=[row.pk]), "name"),
        Column("kind", _("What it is"), _kind, export=lambda row: row.kind),
        Column(
            "looked_at",
            _("Last look"),
            lambda row: getattr(row, "looked_at", None),
            Kind.DATE,
            order="looked_at",
        ),
        Column("seen", _("Seen"), _seen, export=lambda row: getattr(row, "fault", None) or str(_seen(row))),
        Column(
            "expires_at",
            _("Certificate ends"),
            lambda row: getattr(row, "expires_at", None),
            Kind.DATE,
            order="expires_at",
        ),
        Column("findings", _("Open findings"), lambda row: getattr(row, "findings", 0), Kind.NUMBER),
        Column(
            "state",
            _("State"),
            lambda row: gettext("removed") if row.removed_at else gettext("active"),
            export=lambda row: "removed" if row.removed_at else "active",
        ),
    ),
    sort=("name",),
    filters=(
        Filter("name", _("Name begins with"), "name__istartswith", FilterKind.TEXT),
        Filter("kind", _("What it is"), "kind", choices=NameKind.choices),
        Filter(
            "state",
            _("State"),
            lambda value: Q(removed_at__isnull=value == "active"),
            choices=(("active", _("Active")), ("removed", _("Removed"))),
        ),
        Filter(
            "daily",
            _("Looked at daily"),
            lambda value: Q(daily=value == "yes"),
            choices=(("yes", _("Yes")), ("no", _("No"))),
        ),
        Filter("expires", _("Certificate ends until"), "expires_at", FilterKind.UNTIL),
    ),
    empty=Empty(
        _("No names yet"),
        _("Name your website and the domain of your mail, so that what others see of them can be checked."),
    ),
)


def rows(viewer: Viewer) -> QuerySet[Name]:
    """Names with their newest look and how many findings are open, in one query."""
    rows: QuerySet[Name] = (
        Name.objects.all()
        .visible_to(viewer)
        .annotate(last=FilteredRelation("looks", condition=Q(looks__newest__in=NEWEST)))
        .annotate(
            looked_at=F("last__looked_at"),
            fault=F("last__fault"),
            unreadable=F("last__unreadable"),
            expires_at=F("last__expires_at"),
            findings=subject_findings.counted(NAME, viewer),
        )
    )
    return rows


@require_safe
def names(request: Request) -> HttpResponseBase:
    """The host names and mail domains that are ours."""
    viewer = demand_area(request, AREA)
    listing, may_add = NAMES, viewer.has(*CHANGERS)
    if may_add:
        listing = replace(NAMES, empty=replace(NAMES.empty, url=reverse("name-add")))
    return show(request, listing, rows(viewer), template="systems/names.html", context={"may_add": may_add})


@require_safe
def name(request: Request, key: str) -> HttpResponseBase:
    """What was seen of a name, and what the checks make of it."""
    viewer = demand_area(request, AREA)
    found = find_name(key, viewer)
    looks = list(
        Look.objects.all().visible_to(viewer).filter(name=found).order_by("-looked_at", "id")[:LISTED]
    )
    newest = next((look for look in looks if look.newest), None)
    answers, facts = name_telling.tell_answers(found, newest, viewer, request.view_now)
    context = {
        "name": found,
        "kind": NameKind(found.kind).label,
        "look": newest,
        "looks": looks,
        "answers": answers,
        "parts": name_telling.tell_parts(facts),
        **subject_findings.listed(f"{NAME}:{found.pk}", viewer),
        "may_change": viewer.has(*CHANGERS) and found.removed_at is None,
    }
    return render(request, "systems/name.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def name_add(request: Request) -> HttpResponseBase:
    """Say that a host or mail domain is ours."""
    viewer = changer(request)
    form = AddNameForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        try:
            added = name_actions.add_name(
                viewer.actor,
                NameKind(values["kind"]),
                values["name"],
                request.now,
                port=values["port"],
                selectors=values["selectors"],
                daily=values["daily"],
            )
        except DuecareError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, gettext("%s is listed. Nobody has looked at it yet.") % added)
            return redirect("name", added.pk)
    return render(request, "systems/name_add.html", {"form": form}, status=400 if form.errors else 200)


@require_POST
def name_look(request: Request, key: str) -> HttpResponseBase:
    """Look at a name now."""
    viewer = changer(request)
    look = name_actions.look_at(find_name(key, viewer), viewer.actor, request.now)
    if look.fault:
        messages.warning(request, gettext("Nothing could be seen: %s.") % look.fault.rstrip("."))
    else:
        messages.success(request, gettext("Looked. The next assessment records what the checks say of it."))
    return redirect("name", look.name_id)


@require_http_methods(["GET", "HEAD", "POST"])
def name_change(request: Request, key: str) -> HttpResponseBase:
    """Say how a name is looked at."""
    viewer = changer(request)
    found = find_listed(key, viewer)
    form = ChangeNameForm(found, request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        name_actions.change_name(
            found, viewer.actor, daily=values["daily"], selectors=values.get("selectors", ())
        )
        messages.success(request, gettext("Changed."))
        return redirect("name", found.pk)
    context = {"name": found, "form": form}
    return render(request, "systems/name_change.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def name_remove(request: Request, key: str) -> HttpResponseBase:
    """Take a name out of what is looked at, for a reason; its past stays."""
    viewer = changer(request)
    found = find_listed(key, viewer)
    form = RemoveNameForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name_actions.remove_name(found, viewer.actor, form.cleaned_data["reason"], request.now)
        messages.success(request, gettext("%s is no longer looked at. Its past stays in the record.") % found)
        return redirect("name", found.pk)
    context = {"name": found, "form": form}
    return render(request, "systems/name_remove.html", context, status=400 if form.errors else 200)


def find_listed(key: str, viewer: Viewer) -> Name:
    """The name, if it was not removed. Raises NotFound or Refused."""
    found = find_name(key, viewer)
    if found.removed_at is not None:
        raise Refused(gettext("%s was removed before.") % found, gettext("Look on its page for the reason."))
    return found
