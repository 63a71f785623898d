from __future__ import annotations

from django.urls import path

from duecare.risk.picture import heat_views, views

urlpatterns = [
    path("", views.overview, name="risk"),
    path("curves/", views.curves, name="risk-curves"),
    path("heat/", heat_views.heat, name="risk-heat"),
]
