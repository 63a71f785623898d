"""Addresses of this room below those of a case: `cases/<key>/...`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.stix import views

urlpatterns = [
    path("cases/<str:key>/stix/", views.stix_export, name="stix-export"),
    path("cases/<str:key>/stix/import/", views.stix_import, name="stix-import"),
    path("cases/<str:key>/stix/import/<str:token>/", views.stix_preview, name="stix-preview"),
    path("cases/<str:key>/stix/import/<str:token>/drop/", views.stix_drop, name="stix-drop"),
]
