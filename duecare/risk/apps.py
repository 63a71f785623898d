from __future__ import annotations

from django.apps import AppConfig


class RiskConfig(AppConfig):
    name = "duecare.risk"

    def ready(self) -> None:
        """Let measures and choices be referred to."""
        from duecare.risk.measures import queries  # noqa: F401
