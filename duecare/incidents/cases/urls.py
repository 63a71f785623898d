"""Addresses of cases, below `incidents/`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.cases import views

urlpatterns = [
    path("cases/<str:key>/", views.case, name="case"),
]
