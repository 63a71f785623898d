from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class RiskConfig(AppConfig):
    name = "duecare.risk"

    def ready(self) -> None:
        """Let what is here be referred to and decided on, and contracts be clocks of incidents."""
        for module in (
            "measures.queries",
            "insurance.policies.contracts",
            "insurance.claims.queries",
            "insurance.statements.queries",
            "insurance.questionnaires.queries",
        ):
            import_module(f"duecare.risk.{module}")
