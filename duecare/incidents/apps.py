from __future__ import annotations

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "duecare.incidents"

    def ready(self) -> None:
        """Let what is here be referred to."""
        from duecare.incidents.cases import queries  # noqa: F401  # registers the references
        from duecare.incidents.exercises import queries as exercises  # noqa: F401
        from duecare.incidents.lessons import hindrances, subjects  # noqa: F401  # what is to be settled
