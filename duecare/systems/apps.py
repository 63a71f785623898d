from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    name = "duecare.systems"

    def ready(self) -> None:
        """Offer the names of ours as subjects to look at."""
        import_module("duecare.systems.named")
