from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    name = "duecare.ledger"

    def ready(self) -> None:
        post_migrate.connect(_guard, sender=self, dispatch_uid="duecare.ledger.triggers")


def _guard(using: str, **kwargs: Any) -> None:
    """Put back what a migration dropped."""
    from duecare.ledger import triggers

    triggers.install(connections[using])
