"""Addresses of this room, below `incidents/`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.notices import clock_views, question_views, views

urlpatterns = [
    path("board/", clock_views.board, name="incident-board"),
    path("cases/<str:key>/clocks/", clock_views.clocks, name="case-clocks"),
    path("cases/<str:key>/clocks/begin/", clock_views.begin, name="case-clocks-begin"),
    path("cases/<str:key>/clocks/take-over/", clock_views.take_over, name="case-take-over"),
    path("cases/<str:key>/clocks/answer/<str:fact>/", question_views.answer, name="case-answer"),
    path("cases/<str:key>/clocks/happened/<str:event>/", question_views.happened, name="case-happened"),
    path("cases/<str:key>/clocks/place/", question_views.place, name="case-place"),
    path("cases/<str:key>/notices/", views.notices, name="case-notices"),
    path("cases/<str:key>/clocks/<str:clock>/notice/", views.new, name="case-notice-new"),
    path("notices/<str:key>/", views.notice, name="case-notice"),
    path("notices/<str:key>/change/", views.change, name="case-notice-change"),
    path("notices/<str:key>/review/", views.review, name="case-notice-review"),
    path("notices/<str:key>/hand-in/", views.hand_in, name="case-notice-hand-in"),
    path("notices/<str:key>/proof/", views.complete, name="case-notice-proof"),
    path("notices/<str:key>/mail/", views.mail, name="case-notice-mail"),
    path("notices/<str:key>/take-back/", views.take_back, name="case-notice-take-back"),
    path("notices/<str:key>/drop/", views.drop, name="case-notice-drop"),
]
