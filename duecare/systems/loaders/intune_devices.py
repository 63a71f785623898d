"""Devices of Intune, as its admin centre exports them (All devices, Export).

The export holds many more columns than are read here, phone numbers among them; bring as few as you like.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from duecare.program.imports.fields import Order
from duecare.program.imports.interface import Loader

LOADER = Loader(
    id="intune-devices",
    list="devices",
    name=_("Intune: devices"),
    source="Intune",
    heads={
        "own_id": (("Device ID", "DeviceId"),),
        "name": (("Device name", "DeviceName"),),
        "system": (("OS", "Operating system"),),
        "version": (("OS version", "OSVersion"),),
        "serial": (("Serial number", "SerialNumber"),),
        "owner": (("Primary user UPN", "Primary user email address", "UPN"),),
        "compliant": (("Compliance", "Compliance state"),),
        "encrypted": (("Encrypted", "Is encrypted"),),
        "last_seen": (("Last check-in", "Last contact", "LastContact"),),
    },
    marks=(
        ("Device name", "DeviceName"),
        ("Last check-in", "LastContact"),
        ("Compliance", "Compliance state"),
    ),
    words={
        "compliant": {
            "compliant": "yes",
            "noncompliant": "no",
            "not compliant": "no",
            # Within its grace a device has failed a rule already; whether it is mended is to be seen.
            "in grace period": "no",
            "ingraceperiod": "no",
            "error": "unknown",
            "conflict": "unknown",
            "not evaluated": "unknown",
            "config manager": "unknown",
            "configmanager": "unknown",
        },
        "encrypted": {"encrypted": "yes", "not encrypted": "no"},
    },
    order=Order.MONTH,
    steps=(
        _("Sign in to the Intune admin centre as somebody who may read devices."),
        _("Open Devices, then All devices, and set no filter."),
        _("Choose Export with all inventory data, and unpack the zip that comes."),
        _("Bring the CSV in it here as it came, today."),
    ),
)
