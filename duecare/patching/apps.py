from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PatchingConfig(AppConfig):
    name = "duecare.patching"

    def ready(self) -> None:
        """Let patch runs be decided on."""
        import_module("duecare.patching.run_queries")
