"""Addresses of the first ninety days."""

from __future__ import annotations

from django.urls import path

from duecare.program import plan_views

urlpatterns = [
    path("", plan_views.first_ninety_days, name="first-ninety-days"),
    path("make/", plan_views.plan_make, name="plan-make"),
]
