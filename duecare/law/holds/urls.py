from __future__ import annotations

from django.urls import path

from duecare.law.holds import views

urlpatterns = [
    path("holds/", views.holds, name="legal-holds"),
    path("holds/new/", views.place, name="legal-hold-new"),
    path("holds/<str:key>/", views.hold, name="legal-hold"),
    path("holds/<str:key>/change/", views.change, name="legal-hold-change"),
    path("holds/<str:key>/end/", views.end, name="legal-hold-end"),
]
