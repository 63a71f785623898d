"""Records and tables of this room, each in a module of its own."""

from __future__ import annotations

from duecare.patching.software_models import Installed, Reflected, Software

__all__ = ["Installed", "Reflected", "Software"]
