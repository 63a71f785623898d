from __future__ import annotations

from django.urls import path

from duecare.systems import views

urlpatterns = [
    path("", views.hosts, name="hosts"),
    path("import/", views.host_import, name="host-import"),
    path("<str:key>/", views.host, name="host"),
    path("<str:key>/remove/", views.host_remove, name="host-remove"),
    path("<str:key>/reports/<str:report>/", views.report_file, name="report-file"),
]
