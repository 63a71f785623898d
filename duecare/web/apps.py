"""The furniture as a Django app: templates, static files and tags; no records."""

from django.apps import AppConfig
from django.utils import translation

from duecare import words


class WebConfig(AppConfig):
    """Found by Django through INSTALLED_APPS; templates live under `web/`, static files under `web/`."""

    name = "duecare.web"
    label = "web"

    def ready(self) -> None:
        """Lend the pages' language to the modules that know nothing of Django."""
        from duecare.web.figures import number, short_day

        words.speak_through(translation.gettext, translation.ngettext, number, short_day)
