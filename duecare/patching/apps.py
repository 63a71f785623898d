from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PatchingConfig(AppConfig):
    name = "duecare.patching"

    def ready(self) -> None:
        """Follow what hosts tell, let software be found, and let checks look at feeds and at what is weak."""
        for module in ("findables", "feed_subjects", "weak_subjects"):
            import_module(f"duecare.patching.{module}")
        from duecare.patching.software import follow
        from duecare.systems.followers import register_follower

        register_follower(follow)
