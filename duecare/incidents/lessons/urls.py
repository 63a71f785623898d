"""Addresses of this room: all lessons, one of them, and those of a case, with its closing."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.lessons import closing_views, views

urlpatterns = [
    path("lessons/", views.lessons, name="lessons"),
    path("lessons/<str:key>/", views.lesson, name="lesson"),
    path("lessons/<str:key>/change/", views.lesson_change, name="lesson-change"),
    path("lessons/<str:key>/answer/", views.lesson_answer, name="lesson-answer"),
    path("lessons/<str:key>/done/", views.lesson_done, name="lesson-done"),
    path("lessons/<str:key>/again/", views.lesson_again, name="lesson-again"),
    path("cases/<str:key>/lessons/", views.case_lessons, name="case-lessons"),
    path("cases/<str:key>/lessons/add/", views.lesson_add, name="lesson-add"),
    path("cases/<str:key>/close/", closing_views.case_close, name="case-close"),
]
