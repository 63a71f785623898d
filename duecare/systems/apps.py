from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    name = "duecare.systems"

    def ready(self) -> None:
        """Offer what can be looked at beside the reports themselves, and the lists that can be brought."""
        for module in ("named", "devices", "device_list", "loaders", "fleet", "exposure"):
            import_module(f"duecare.systems.{module}")
