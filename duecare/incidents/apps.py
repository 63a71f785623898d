from __future__ import annotations

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "duecare.incidents"

    def ready(self) -> None:
        """Let what is here be referred to."""
        from duecare.incidents.cases import head, queries, things  # noqa: F401  # register the references
        from duecare.incidents.evidence import subjects  # noqa: F401
        from duecare.incidents.exercises import queries as exercises  # noqa: F401
        from duecare.incidents.indicators import referring  # noqa: F401
        from duecare.incidents.lessons import hindrances  # noqa: F401  # what is to be settled
        from duecare.incidents.lessons import subjects as lessons  # noqa: F401
        from duecare.incidents.notices import registering  # noqa: F401
        from duecare.incidents.plans import approving, contact_list, sources  # noqa: F401  # and the plan's
        from duecare.incidents.timeline import referring as timeline_referring  # noqa: F401
