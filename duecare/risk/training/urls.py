from __future__ import annotations

from django.urls import path

from duecare.risk.training import views

urlpatterns = [
    path("calibration/", views.calibration, name="calibration"),
    path("calibration/begin/", views.begin, name="calibration-begin"),
    path("calibration/exercises/", views.calibrations, name="calibrations"),
    path("calibration/<str:key>/", views.exercise, name="calibration-exercise"),
    path("calibration/<str:key>/ranges/", views.ranges, name="calibration-ranges"),
]
