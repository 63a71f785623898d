from __future__ import annotations

from django.urls import path

from duecare.patching.runs import views

urlpatterns = [
    path("", views.runs, name="patch-runs"),
    path("new/", views.new, name="patch-run-new"),
    path("new/when/", views.when, name="patch-run-when"),
    path("hosts/<str:key>/", views.reach, name="patch-host"),
    path("<str:key>/", views.run, name="patch-run"),
    path("<str:key>/ask/", views.ask, name="patch-run-ask"),
    path("<str:key>/withdraw/", views.withdraw, name="patch-run-withdraw"),
]
