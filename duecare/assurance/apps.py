from __future__ import annotations

from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    name = "duecare.assurance"
    label = "assurance"
