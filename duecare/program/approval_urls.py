from __future__ import annotations

from django.urls import path

from duecare.program import approval_views

urlpatterns = [
    path("<str:about>/", approval_views.approvals, name="approvals"),
    path("<str:about>/decide/", approval_views.decide, name="approval-decide"),
]
