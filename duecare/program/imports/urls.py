from __future__ import annotations

from django.urls import path

from duecare.program.imports import views, waiting_views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/<str:list_id>/", waiting_views.import_new, name="import-new"),
    path("waiting/<str:token>/", waiting_views.waiting_preview, name="import-waiting"),
    path("waiting/<str:token>/sheet/", waiting_views.waiting_sheet, name="import-sheet"),
    path("waiting/<str:token>/columns/", waiting_views.waiting_columns, name="import-columns"),
    path("waiting/<str:token>/faults.csv", waiting_views.waiting_faults, name="import-faults"),
    path("waiting/<str:token>/confirm/", waiting_views.waiting_confirm, name="import-confirm"),
    path("waiting/<str:token>/give-up/", waiting_views.waiting_give_up, name="import-give-up"),
    path("<str:key>/", views.import_page, name="import"),
    path("<str:key>/undo/", views.import_undo, name="import-undo"),
]
