from __future__ import annotations

from django.urls import URLPattern, path

from duecare.risk.register import effect_views, estimate_views, guided_views, table_views, terms_views, views

urlpatterns: list[URLPattern] = [
    path("terms/", terms_views.terms_page, name="risk-terms"),
    path("estimates/", views.estimates, name="risk-estimates"),
    path("scenarios/", views.scenarios, name="scenarios"),
    path("scenarios/new/", guided_views.choose, name="scenario-new"),
    path("scenarios/new/words/", guided_views.begin, name="scenario-begin"),
    path("scenarios/table.<str:format>", table_views.table, name="scenarios-table"),
    path("effects/table.<str:format>", table_views.effects_table, name="effects-table"),
    path("scenarios/<str:key>/", views.scenario, name="risk-scenario"),
    path("scenarios/<str:key>/change/", views.change, name="scenario-change"),
    path("scenarios/<str:key>/review/", views.review, name="scenario-review"),
    path("scenarios/<str:key>/end/", views.end, name="scenario-end"),
    path("scenarios/<str:key>/guide/<str:id>/", guided_views.step, name="scenario-step"),
    path("scenarios/<str:key>/estimate/<str:what>/", estimate_views.estimate, name="scenario-estimate"),
    path(
        "scenarios/<str:key>/estimates/<str:estimate>/withdraw/",
        estimate_views.withdraw,
        name="estimate-withdraw",
    ),
    path("scenarios/<str:key>/safeguards/add/", effect_views.effect_add, name="effect-add"),
    path(
        "scenarios/<str:key>/safeguards/<str:effect>/change/",
        effect_views.effect_change,
        name="effect-change",
    ),
    path("scenarios/<str:key>/safeguards/<str:effect>/end/", effect_views.effect_end, name="effect-end"),
]
