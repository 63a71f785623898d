from __future__ import annotations

from django.urls import path

from duecare.patching.feeds import updates, views

urlpatterns = [
    path("", views.feeds, name="feeds"),
    path("updates/", updates.updates, name="feed-updates"),
    path("<str:id>/", views.feed, name="advisory-feed"),
    path("<str:id>/switch/", views.feed_switch, name="feed-switch"),
    path("<str:id>/updates/<str:key>/", views.feed_update, name="feed-update"),
    path("<str:id>/updates/<str:key>/decide/", views.feed_decide, name="feed-decide"),
]
