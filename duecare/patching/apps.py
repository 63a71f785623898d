from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PatchingConfig(AppConfig):
    name = "duecare.patching"

    def ready(self) -> None:
        """Follow what hosts tell, let checks look at feeds and what is weak, and runs be decided on."""
        for module in ("bills.subjects", "feeds.subjects", "runs.queries", "weaknesses.subjects"):
            import_module(f"duecare.patching.{module}")
        from duecare.patching.software.following import follow
        from duecare.systems.followers import register_follower

        register_follower(follow)
