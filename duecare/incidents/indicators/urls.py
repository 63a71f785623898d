"""Addresses of this room below those of a case: `cases/<key>/...`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.indicators import views

urlpatterns = [
    path("cases/<str:key>/indicators/", views.indicators, name="case-indicators"),
    path("cases/<str:key>/indicators/add/", views.indicators_add, name="indicators-add"),
    path("cases/<str:key>/indicators/<str:indicator>/", views.indicator, name="indicator"),
    path(
        "cases/<str:key>/indicators/<str:indicator>/remove/", views.indicator_remove, name="indicator-remove"
    ),
]
