from __future__ import annotations

from django.urls import path

from duecare.risk.picture import heat_views, views, worth_views

urlpatterns = [
    path("", views.overview, name="risk"),
    path("curves/", views.curves, name="risk-curves"),
    path("sensitivity/", worth_views.sensitivity, name="risk-sensitivity"),
    path("safeguards/", worth_views.safeguards, name="risk-safeguards"),
    path("heat/", heat_views.heat, name="risk-heat"),
]
