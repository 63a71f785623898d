from __future__ import annotations

from django.urls import path

from duecare.law.duties import views

urlpatterns = [
    path("duties/", views.duties, name="law-duties"),
    path("duties/<str:key>/", views.duty, name="law-duty"),
    path("duties/<str:key>/owner/", views.owner, name="law-duty-owner"),
    path("crosswalk/", views.crosswalk, name="law-crosswalk"),
    path("records/", views.records, name="law-records"),
    path("records/<str:kind>/place/", views.place, name="law-records-place"),
]
