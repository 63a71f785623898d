from __future__ import annotations

from django.urls import path

from duecare.program.staff import views

urlpatterns = [
    path("", views.staff, name="staff"),
    path("<str:key>/", views.staff_member, name="staff-member"),
    path("<str:key>/answer/", views.staff_answer, name="staff-answer"),
]
