"""Addresses of this room, below `incidents/`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.decisions import views

urlpatterns = [
    path("cases/<str:key>/decisions/", views.decisions, name="case-decisions"),
    path("cases/<str:key>/decisions/new/", views.decide, name="case-decision-new"),
    path("cases/<str:key>/clocks/<str:clock>/decide/", views.decide, name="case-decide-notice"),
    path("decisions/<str:key>/", views.decision, name="case-decision"),
    path("decisions/<str:key>/end/", views.end, name="case-decision-end"),
]
