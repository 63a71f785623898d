from __future__ import annotations

from django.urls import path

from duecare.patching import feed_views

urlpatterns = [
    path("", feed_views.feeds, name="feeds"),
    path("<str:id>/", feed_views.feed, name="feed"),
    path("<str:id>/switch/", feed_views.feed_switch, name="feed-switch"),
    path("<str:id>/updates/<str:key>/", feed_views.feed_update, name="feed-update"),
    path("<str:id>/updates/<str:key>/decide/", feed_views.feed_decide, name="feed-decide"),
]
