"""What is known of the files in which a device management tells its devices: one module a kind of file."""

from __future__ import annotations

from duecare.program.imports.interface import register_loader
from duecare.systems.loaders import intune_devices

register_loader(intune_devices.LOADER)
