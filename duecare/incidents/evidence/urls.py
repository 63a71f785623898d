"""Addresses of this room below those of a case: `cases/<key>/...`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.evidence import views

urlpatterns = [
    path("cases/<str:key>/evidence/", views.evidence_list, name="case-evidence"),
    path("cases/<str:key>/evidence/add/", views.evidence_add, name="evidence-add"),
    path("cases/<str:key>/evidence/elsewhere/", views.evidence_elsewhere, name="evidence-elsewhere"),
    path("cases/<str:key>/evidence/custody/", views.custody, name="custody"),
    path("cases/<str:key>/evidence/<str:evidence>/", views.evidence_page, name="evidence"),
    path("cases/<str:key>/evidence/<str:evidence>/hand/", views.evidence_hand, name="evidence-hand"),
    path("cases/<str:key>/evidence/<str:evidence>/read/", views.evidence_read, name="evidence-read"),
    path(
        "cases/<str:key>/evidence/<str:evidence>/download/", views.evidence_download, name="evidence-download"
    ),
]
