from __future__ import annotations

from django.urls import path

from duecare.access import views

urlpatterns = [
    path("", views.accounts, name="accounts"),
    path("sources/", views.sources, name="account-sources"),
    path("<str:key>/", views.account, name="account-of"),
    path("<str:key>/review/", views.account_review, name="account-review"),
]
