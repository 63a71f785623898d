"""The source of subjects called "devices": every device that is not gone, with what its list tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.program.judgement import Facts, Grade
from duecare.program.subjects import Subject, register_reference, register_source
from duecare.systems.device_checks import DEVICES
from duecare.systems.models import Device

DEVICE = "systems.device"


def devices(now: datetime) -> Iterator[Subject]:
    """Every device of every list."""
    rows = Device.objects.filter(gone_at=None).select_related("source").order_by("name", "id")
    for device in rows.iterator(chunk_size=2000):
        yield subject(device, now)


def subject(device: Device, now: datetime) -> Subject:
    """A device as checks see it; without facts if no whole list tells of it."""
    reference, source = f"{DEVICE}:{device.pk}", device.source
    if source.list_at is None:
        words = _("no whole list of its devices was taken in from %s yet") % source.name
        return Subject(reference, device.name, Grade.IMPORTED, None, words)
    facts = Facts(now, source.list_at, {"device": tell(device)})
    return Subject(reference, device.name, Grade.IMPORTED, facts, evidence=source.list_file)


def tell(device: Device) -> dict[str, Any]:
    """The device as a section of facts."""
    return {
        "state": "read",
        "problems": [],
        "compliant": device.compliant,
        "encrypted": device.encrypted,
        "last_seen": None if device.last_seen is None else device.last_seen.isoformat(),
    }


register_source(DEVICES, devices)
register_reference(DEVICE, lambda key: reverse("device", args=[key]))
