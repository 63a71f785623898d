from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class LawConfig(AppConfig):
    name = "duecare.law"

    def ready(self) -> None:
        """Let duties and legal holds be referred to, and what destroys content ask for holds."""
        for module in ("duties.queries", "holds.queries"):
            import_module(f"duecare.law.{module}")
