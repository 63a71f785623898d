"""Records and tables of this room, each in a module of its own."""

from __future__ import annotations

from duecare.patching.run_models import HostReach, PatchAsk, PatchResult, PatchRun

__all__ = ["HostReach", "PatchAsk", "PatchResult", "PatchRun"]
