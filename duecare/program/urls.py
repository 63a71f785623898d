from __future__ import annotations

from django.urls import include, path

from duecare.program import views

urlpatterns = [
    path("safeguards/", views.safeguards, name="safeguards"),
    path("safeguards/<str:id>/", views.safeguard, name="safeguard"),
    path("checks/<str:id>/", views.exceptions, name="check"),
    path("areas/<str:id>/", views.area, name="area"),
    path("findings/", views.findings, name="findings"),
    path("findings/<str:key>/", views.finding, name="finding"),
    path("statements/", include("duecare.program.statement_urls")),
    path("exceptions/", include("duecare.program.exception_urls")),
    path("approvals/", include("duecare.program.approval_urls")),
    path("first-90-days/", include("duecare.program.plan_urls")),
    path("imports/", include("duecare.program.imports.urls")),
    path("staff/", include("duecare.program.staff.urls")),
    path("", include("duecare.program.task_urls")),
    path("", include("duecare.program.matter_urls")),
]
