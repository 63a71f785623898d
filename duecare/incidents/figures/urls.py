"""Addresses of this room, below `incidents/`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.figures import views

urlpatterns = [
    path("figures/", views.incident_figures, name="incident-figures"),
    path("cases/<str:key>/classes/", views.case_classes, name="case-classes"),
    path("cases/<str:key>/classes/change/", views.case_classes_change, name="case-classes-change"),
]
