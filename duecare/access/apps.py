from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "duecare.access"

    def ready(self) -> None:
        """Offer accounts as subjects to look at, and their lists as something to bring."""
        import_module("duecare.access.accounts")
        import_module("duecare.access.account_list")
        import_module("duecare.access.loaders")
