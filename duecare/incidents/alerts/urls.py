"""Addresses of alerts, below `incidents/`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.alerts import views

urlpatterns = [
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/<str:key>/", views.alert, name="alert"),
]
