from __future__ import annotations

from django.urls import path

from duecare.law import views
from duecare.law.duties.urls import urlpatterns as duties
from duecare.law.holds.urls import urlpatterns as holds
from duecare.law.own import views as own

urlpatterns = [
    path("", views.obligations, name="obligations"),
    path("changes/", views.law_changes, name="law-changes"),
    path("coming/", views.law_coming, name="law-coming"),
    path("decisions/<str:key>/withdraw/", views.override_withdraw, name="override-withdraw"),
    path("own/add/", own.add, name="own-obligation-add"),
    path("own/bring/", own.bring, name="own-obligations-bring"),
    path("own/obligations.yaml", own.save, name="own-obligations-file"),
    path("own/<str:id>/change/", own.change, name="own-obligation-change"),
    path("own/<str:id>/yaml/", own.change_yaml, name="own-obligation-yaml"),
    path("own/<str:id>/end/", own.end, name="own-obligation-end"),
    path("obligations/<str:id>/", views.obligation, name="obligation"),
    path("obligations/<str:id>/answer/", views.obligation_answer, name="obligation-answer"),
    path("obligations/<str:id>/decide/", views.obligation_decide, name="obligation-decide"),
    *duties,
    *holds,
]
