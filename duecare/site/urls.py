"""All addresses. The middleware in `doors.py` decides who reaches them."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from duecare.site import (
    feed_views,
    go_live_views,
    guide_views,
    languages,
    mail_sign_in_views,
    mail_views,
    openid_views,
    saved_view_pages,
    search_views,
    token_views,
    trust_pages,
    views,
)
from duecare.site.api import api, openapi
from duecare.systems import push_views

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
    path("account/mail/", mail_views.mail_choice, name="mail-choice"),
    path("account/login/mail/", mail_sign_in_views.mail_ask, name="mail-sign-in"),
    path("account/login/mail/code/", mail_sign_in_views.mail_code, name="mail-sign-in-code"),
    path("account/login/mail/<str:key>/<str:token>/", mail_sign_in_views.mail_link, name="mail-sign-in-link"),
    path("account/tokens/", token_views.tokens, name="tokens"),
    path("account/tokens/<int:key>/end/", token_views.token_end, name="token-end"),
    path("account/openid/", openid_views.begin, name="openid-begin"),
    path("account/openid/back/", openid_views.back, name="openid-back"),
    path("account/openid/finish/", openid_views.finish, name="openid-finish"),
    path("account/", include("allauth.urls")),
    path("feeds/<str:token>.ics", feed_views.feed, name="feed"),
    path("search/", search_views.search, name="search"),
    path("views/", saved_view_pages.views, name="views"),
    path("views/save/", saved_view_pages.save, name="view-save"),
    path("views/<str:key>/", saved_view_pages.view, name="view"),
    path("views/<str:key>/change/", saved_view_pages.change, name="view-change"),
    path("views/<str:key>/remove/", saved_view_pages.remove, name="view-remove"),
    path("settings/", views.settings_page, name="settings"),
    path("trust/", trust_pages.public, name="trust"),
    path("settings/trust/", trust_pages.settings, name="settings-trust"),
    path("settings/trust/preview/", trust_pages.preview, name="settings-trust-preview"),
    path("settings/profile/", views.profile_page, name="settings-profile"),
    path("settings/facts/", views.facts_page, name="settings-facts"),
    path("settings/data/add/", views.data_set_page, name="data-set-add"),
    path("settings/data/<str:key>/", views.data_set_page, name="data-set"),
    path("settings/data/<str:key>/remove/", views.data_set_remove, name="data-set-remove"),
    path("settings/targets/<str:id>/", views.target_page, name="target"),
    path("settings/mail/", mail_views.mail_page, name="mail"),
    path("settings/mail/change/", mail_views.mail_change, name="mail-change"),
    path("settings/mail/test/", mail_views.mail_test, name="mail-test"),
    path("settings/mail/stop/", mail_views.mail_stop, name="mail-stop"),
    path("settings/mail/<int:key>/again/", mail_views.mail_again, name="mail-again"),
    path("settings/mail/<int:key>/seen/", mail_views.mail_seen, name="mail-seen"),
    path("settings/webhooks/", mail_views.webhook_page, name="webhooks"),
    path("settings/webhooks/add/", mail_views.webhook_add, name="webhook-add"),
    path("settings/webhooks/<str:key>/test/", mail_views.webhook_test, name="webhook-test"),
    path("settings/webhooks/<str:key>/pause/", mail_views.webhook_pause, name="webhook-pause"),
    path("settings/webhooks/<str:key>/remove/", mail_views.webhook_remove, name="webhook-remove"),
    path("settings/people/add/", views.person_add, name="person-add"),
    path("settings/people/<str:key>/give/", views.right_give, name="right-give"),
    path("settings/people/<str:key>/openid/", openid_views.allow, name="person-openid"),
    path("settings/rights/<str:key>/end/", views.right_end, name="right-end"),
    path("settings/go-live/", go_live_views.go_live, name="go-live"),
    path("guide/", guide_views.guide, name="guide"),
    path("guide/<str:id>/", guide_views.guide_step, name="guide-step"),
    path("guide/keepers/<str:key>/end/", guide_views.keeper_end, name="keeper-end"),
    path("api/openapi.json", openapi, name="openapi"),
    path("api/", api.urls),
    path("", include("duecare.program.urls")),
    path("collect/enrol/", push_views.enrol, name="collect-enrol"),
    path("collect/challenge/", push_views.challenge, name="collect-challenge"),
    path("collect/report/", push_views.report, name="collect-report"),
    path("systems/", include("duecare.systems.urls")),
    path("patching/feeds/", include("duecare.patching.feeds.urls")),
    path("access/", include("duecare.access.urls")),
    path("patching/", include("duecare.patching.urls")),
    path("patching/runs/", include("duecare.patching.runs.urls")),
    path("reports/", include("duecare.assurance.urls")),
    path("ledger/", include("duecare.ledger.urls")),
]

handler400 = "duecare.web.views.bad_request"
handler403 = "duecare.web.views.permission_denied"
handler404 = "duecare.web.views.page_not_found"
handler500 = "duecare.web.views.server_error"
