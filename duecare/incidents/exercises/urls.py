"""Addresses of this room, below `incidents/`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.exercises import views

urlpatterns = [
    path("exercises/", views.exercises, name="exercises"),
    path("exercises/plan/", views.exercise_new, name="exercise-new"),
    path("exercises/stories/<str:id>/", views.scenario, name="scenario"),
    path("exercises/stories/<str:id>/file", views.scenario_file, name="scenario-file"),
    path("exercises/<str:key>/", views.exercise, name="exercise"),
    path("exercises/<str:key>/change/", views.exercise_change, name="exercise-change"),
    path("exercises/<str:key>/drop/", views.exercise_drop, name="exercise-drop"),
    path("exercises/<str:key>/begin/", views.exercise_begin, name="exercise-begin"),
    path("exercises/<str:key>/turns/<str:inject>/give/", views.exercise_give, name="exercise-give"),
    path("exercises/<str:key>/turns/<str:inject>/", views.exercise_score, name="exercise-score"),
    path("exercises/<str:key>/end/", views.exercise_end, name="exercise-end"),
]
