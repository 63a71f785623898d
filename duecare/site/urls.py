"""All addresses. The middleware in `doors.py` decides who reaches them."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from duecare.site import feed_views, languages, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthy, name="healthy"),
    path("first-run/", views.first_run, name="first-run"),
    path("account/", views.account, name="account"),
    path("account/email/", RedirectView.as_view(pattern_name="account")),
    *(path(f"account/{place}", views.gone) for place in views.CLOSED),
    path("account/language/", languages.language_page, name="language"),
    path("account/feed/make/", feed_views.feed_make, name="feed-make"),
    path("account/feed/end/", feed_views.feed_end, name="feed-end"),
    path("account/", include("allauth.urls")),
    path("feeds/<str:token>.ics", feed_views.feed, name="feed"),
    path("settings/", views.settings_page, name="settings"),
    path("settings/profile/", views.profile_page, name="settings-profile"),
    path("settings/facts/", views.facts_page, name="settings-facts"),
    path("settings/data/add/", views.data_set_page, name="data-set-add"),
    path("settings/data/<str:key>/", views.data_set_page, name="data-set"),
    path("settings/data/<str:key>/remove/", views.data_set_remove, name="data-set-remove"),
    path("settings/targets/<str:id>/", views.target_page, name="target"),
    path("settings/people/add/", views.person_add, name="person-add"),
    path("settings/people/<str:key>/give/", views.right_give, name="right-give"),
    path("settings/rights/<str:key>/end/", views.right_end, name="right-end"),
    path("", include("duecare.program.urls")),
    path("systems/", include("duecare.systems.urls")),
    path("reports/", include("duecare.assurance.urls")),
    path("ledger/", include("duecare.ledger.urls")),
]

handler400 = "duecare.web.views.bad_request"
handler403 = "duecare.web.views.permission_denied"
handler404 = "duecare.web.views.page_not_found"
handler500 = "duecare.web.views.server_error"
