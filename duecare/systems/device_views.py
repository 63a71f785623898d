"""Pages of devices: what the lists of whoever manages them tell, and which of them report for themselves."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Count, Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from duecare.errors import NotFound
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks, subject_findings
from duecare.program.asking import ask
from duecare.program.imports.interface import MANAGERS, loaders
from duecare.systems.device_checks import DEVICES
from duecare.systems.devices import DEVICE, subject
from duecare.systems.models import Device, DeviceSource, Host
from duecare.web.known import YES_NO_UNKNOWN, three_way, told
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

AREA = "systems"
IN_FILES = frozenset(("gone_at",))
"""Columns that only CSV and JSON have: the page would be too wide for a laptop."""


LISTING: Listing[Device] = Listing(
    name="devices",
    caption=_("Devices"),
    columns=(
        Column(
            "name",
            _("Device"),
            lambda row: gettext("%s (gone)") % row.name if row.gone_at else row.name,
            Kind.MONO,
            lambda row: reverse("device", args=[row.pk]),
            "name",
            export=lambda row: row.name,
        ),
        Column("source", _("Known from"), lambda row: row.source.name),
        Column(
            "system",
            _("System"),
            lambda row: " ".join(filter(None, (row.system, row.version))) or None,
            order="system",
        ),
        Column("owner", _("Who uses it"), lambda row: row.owner or None, order="owner"),
        Column(
            "encrypted", _("Encrypted"), lambda row: told(row.encrypted), export=lambda row: row.encrypted
        ),
        Column(
            "compliant",
            _("Keeps the rules"),
            lambda row: told(row.compliant),
            export=lambda row: row.compliant,
        ),
        Column("last_seen", _("Last check-in"), lambda row: row.last_seen, Kind.DATE, order="last_seen"),
        Column("findings", _("Open findings"), lambda row: getattr(row, "findings", 0), Kind.NUMBER),
        Column("gone_at", _("Gone"), lambda row: row.gone_at, Kind.DATE),
    ),
    sort=("name",),
    search=("name", "owner", "serial"),
    filters=(
        Filter("source", _("Known from"), "source__name__icontains", FilterKind.TEXT),
        Filter("encrypted", _("Encrypted"), three_way("encrypted"), choices=YES_NO_UNKNOWN),
        Filter("compliant", _("Keeps the rules"), three_way("compliant"), choices=YES_NO_UNKNOWN),
        Filter("silent", _("Last check-in until"), "last_seen", FilterKind.UNTIL),
        Filter(
            "state",
            _("State"),
            lambda value: Q(gone_at__isnull=value == "there"),
            choices=(("there", _("There")), ("gone", _("Gone"))),
        ),
    ),
    empty=Empty(
        _("No devices yet"),
        _("Bring the list of your device management, such as Intune, or your own list of computers."),
    ),
)


def _rows(viewer: Viewer) -> QuerySet[Device]:
    rows: QuerySet[Device] = (
        Device.objects.all()
        .visible_to(viewer)
        .select_related("source")
        .annotate(findings=subject_findings.counted(DEVICE, viewer))
    )
    return rows


@require_safe
def devices(request: Request) -> HttpResponseBase:
    """The devices that lists tell of, and how fresh that is."""
    viewer = demand_area(request, AREA)
    counted = Count("devices", filter=Q(devices__gone_at=None))
    context = {
        "sources": list(
            DeviceSource.objects.all().visible_to(viewer).annotate(there=counted).order_by("name", "id")
        ),
        "loaders": loaders("devices"),
        "may_import": viewer.has(*MANAGERS),
    }
    listing = LISTING
    if not request.GET.get("format"):
        listing = replace(LISTING, columns=tuple(one for one in LISTING.columns if one.key not in IN_FILES))
    return show(request, listing, _rows(viewer), template="systems/devices.html", context=context)


def hosts_of(device: Device, viewer: Viewer) -> list[Host]:
    """The hosts that report under the device's name, which are then most likely the same machine.

    Names are compared without their domain: a management often knows the first part only.
    """
    short = device.name.partition(".")[0]
    named = Host.objects.all().visible_to(viewer).filter(removed_at=None)
    rows = named.filter(Q(name__iexact=short) | Q(name__istartswith=f"{short}."))
    return list(rows.order_by("name", "id")[:5]) if short else []


def devices_of(host: Host, viewer: Viewer) -> list[Device]:
    """The devices that lists tell of under the name of a host."""
    short = host.name.partition(".")[0]
    there = Device.objects.all().visible_to(viewer).filter(gone_at=None)
    rows = there.filter(Q(name__iexact=short) | Q(name__istartswith=f"{short}."))
    return list(rows.select_related("source").order_by("name", "id")[:5]) if short else []


@require_safe
def device(request: Request, key: str) -> HttpResponseBase:
    """What is known of a device, and what the checks make of it."""
    viewer = demand_area(request, AREA)
    found = Device.objects.all().visible_to(viewer).filter(pk=key).select_related("source").first()
    if found is None:
        raise NotFound(gettext("There is no such device."), gettext("Look in the list of devices."))
    now = request.view_now
    context = {
        "device": found,
        "facts": [
            (gettext("Encrypted"), told(found.encrypted)),
            (gettext("Keeps the rules"), told(found.compliant)),
            (gettext("System"), " ".join(filter(None, (found.system, found.version))) or "–"),
            (gettext("Serial number"), found.serial or "–"),
            (gettext("Who uses it"), found.owner or "–"),
        ],
        "hosts": hosts_of(found, viewer),
        "answers": ask(DEVICES, subject(found, now), now, viewer) if found.gone_at is None else [],
        **subject_findings.listed(f"{DEVICE}:{found.pk}", viewer),
        **remarks.context(f"{DEVICE}:{found.pk}", viewer),
    }
    return render(request, "systems/device.html", context)
