"""The furniture as a Django app: templates, static files and tags; no records."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Found by Django through INSTALLED_APPS; templates live under `web/`, static files under `web/`."""

    name = "duecare.web"
    label = "web"
