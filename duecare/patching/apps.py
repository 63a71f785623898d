from __future__ import annotations

from django.apps import AppConfig


class PatchingConfig(AppConfig):
    name = "duecare.patching"

    def ready(self) -> None:
        """Follow what hosts tell, and let software be found."""
        from duecare.patching import findables  # noqa: F401  (it registers what can be found)
        from duecare.patching.software import follow
        from duecare.systems.followers import register_follower

        register_follower(follow)
