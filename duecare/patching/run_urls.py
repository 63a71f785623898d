from __future__ import annotations

from django.urls import path

from duecare.patching import run_views

urlpatterns = [
    path("", run_views.runs, name="patch-runs"),
    path("new/", run_views.new, name="patch-run-new"),
    path("new/when/", run_views.when, name="patch-run-when"),
    path("hosts/<str:key>/", run_views.reach, name="patch-host"),
    path("<str:key>/", run_views.run, name="patch-run"),
    path("<str:key>/ask/", run_views.ask, name="patch-run-ask"),
    path("<str:key>/withdraw/", run_views.withdraw, name="patch-run-withdraw"),
]
