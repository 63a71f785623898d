from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PatchingConfig(AppConfig):
    name = "duecare.patching"

    def ready(self) -> None:
        """Offer the feeds of advisories as subjects to look at."""
        import_module("duecare.patching.feed_subjects")
