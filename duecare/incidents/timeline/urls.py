"""Addresses of this room below those of a case: `cases/<key>/...`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.timeline import import_views, views

urlpatterns = [
    path("cases/<str:key>/timeline/", views.timeline, name="case-timeline"),
    path("cases/<str:key>/timeline/add/", views.timeline_add, name="timeline-add"),
    path("cases/<str:key>/timeline/import/", import_views.timeline_import, name="timeline-import"),
    path(
        "cases/<str:key>/timeline/import/<str:token>/", import_views.timeline_preview, name="timeline-preview"
    ),
    path(
        "cases/<str:key>/timeline/import/<str:token>/drop/", import_views.timeline_drop, name="timeline-drop"
    ),
    path("cases/<str:key>/timeline/<str:entry>/", views.timeline_entry, name="timeline-entry"),
    path("cases/<str:key>/timeline/<str:entry>/strike/", views.timeline_strike, name="timeline-strike"),
    path("cases/<str:key>/timeline/<str:entry>/anew/", views.timeline_anew, name="timeline-anew"),
    path(
        "cases/<str:key>/timeline/<str:entry>/strike-file/",
        views.timeline_strike_file,
        name="timeline-strike-file",
    ),
]
