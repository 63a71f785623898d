from __future__ import annotations

from django.urls import URLPattern, path

from duecare.risk.decisions import draft_views, paper_views, views

urlpatterns: list[URLPattern] = [
    path("decisions/", views.decisions, name="risk-decisions"),
    path("decisions/new/", draft_views.draw_up, name="risk-decision-new"),
    path("decisions/<str:key>/", views.decision, name="risk-decision"),
    path("decisions/<str:key>/change/", draft_views.change, name="risk-decision-change"),
    path("decisions/<str:key>/options/new/", draft_views.option, name="risk-option-new"),
    path("decisions/<str:key>/options/<int:place>/", draft_views.option, name="risk-option"),
    path("decisions/<str:key>/options/<int:place>/out/", draft_views.option_out, name="risk-option-out"),
    path("decisions/<str:key>/put/", draft_views.put, name="risk-decision-put"),
    path("decisions/<str:key>/withdraw/", draft_views.withdraw, name="risk-decision-withdraw"),
    path("decisions/<str:key>/replay/", views.replay, name="risk-decision-replay"),
    path("decisions/<str:key>/inputs/<str:name>/", views.frozen_input, name="risk-decision-input"),
    path("decisions/<str:key>/paper/", paper_views.paper, name="risk-paper"),
    path("decisions/<str:key>/paper/pdf/", paper_views.paper_pdf, name="risk-paper-pdf"),
    path("decisions/<str:key>/paper/back/", paper_views.send_back, name="risk-paper-back"),
    path("decisions/<str:key>/paper/ask/", paper_views.ask, name="risk-paper-ask"),
    path("decisions/<str:key>/paper/ask/<str:word>/", paper_views.answer, name="risk-paper-answer"),
    path("decisions/<str:key>/paper/dissent/", paper_views.dissent, name="risk-paper-dissent"),
    path("decisions/<str:key>/paper/delegate/", paper_views.delegate, name="risk-paper-delegate"),
]
