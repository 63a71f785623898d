from __future__ import annotations

from django.urls import URLPattern, path

from duecare.risk.register import terms_views

urlpatterns: list[URLPattern] = [
    path("terms/", terms_views.terms_page, name="risk-terms"),
]
