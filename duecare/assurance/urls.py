from __future__ import annotations

from django.urls import path

from duecare.assurance import views

urlpatterns = [
    path("", views.reports, name="reports"),
    path("new/<str:id>/", views.report_new, name="report-new"),
    path("<str:key>/", views.issued_report, name="issued-report"),
    path("<str:key>/report.pdf", views.issued_report_file, name="issued-report-file"),
]
