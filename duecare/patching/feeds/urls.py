from __future__ import annotations

from django.urls import path

from duecare.patching.feeds import drop_views, updates, views

urlpatterns = [
    path("", views.feeds, name="feeds"),
    path("updates/", updates.updates, name="feed-updates"),
    path("for-inventory/", views.feeds_for_inventory, name="feeds-for-inventory"),
    path("<str:id>/", views.feed, name="advisory-feed"),
    path("<str:id>/switch/", views.feed_switch, name="feed-switch"),
    path("<str:id>/drop/", drop_views.feed_drop, name="feed-drop"),
    path("<str:id>/take-up/", drop_views.feed_take_up, name="feed-take-up"),
    path("<str:id>/updates/<str:key>/", views.feed_update, name="feed-update"),
    path("<str:id>/updates/<str:key>/decide/", views.feed_decide, name="feed-decide"),
]
