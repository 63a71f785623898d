from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    name = "duecare.systems"

    def ready(self) -> None:
        """Offer names of ours and devices as subjects to look at, and their lists as something to bring."""
        for module in ("named", "devices", "device_list", "loaders"):
            import_module(f"duecare.systems.{module}")
