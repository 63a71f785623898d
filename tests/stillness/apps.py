"""Installs the standing clock."""

from __future__ import annotations

from contextvars import ContextVar

from django.apps import AppConfig

from tests.stillness import read


class StillnessConfig(AppConfig):
    name = "tests.stillness"

    def ready(self) -> None:
        from django.conf import settings

        from duecare.ledger import records

        home = settings.DUECARE_HOME.path
        records._told = ContextVar("told", default=lambda: read(home))
