from __future__ import annotations

from django.urls import URLPattern, path

from duecare.risk.measures import choice_views, harbour_views, judging_views, views

urlpatterns: list[URLPattern] = [
    path("measures/", views.measures, name="measures"),
    path("measures/new/", views.add, name="measure-new"),
    path("measures/table.<str:format>", views.table, name="measures-table"),
    path("measures/<str:key>/", views.measure, name="measure"),
    path("measures/<str:key>/change/", views.change, name="measure-change"),
    path("measures/<str:key>/reasonableness/", judging_views.reasonableness, name="measure-reasonableness"),
    path("measures/<str:key>/end/", views.end, name="measure-end"),
    path("safe-harbours/", harbour_views.harbours, name="safe-harbours"),
    path("safe-harbours/answers/", harbour_views.answer, name="safe-harbours-answer"),
    path("choice/", choice_views.choice, name="choice"),
    path("choice/choice.json", choice_views.inputs, name="choice-inputs"),
    path("choice/kept/", choice_views.choices, name="choices"),
    path("choice/kept/<str:key>/", choice_views.kept, name="choice-kept"),
    path("choice/kept/<str:key>/choice.json", choice_views.kept_inputs, name="choice-kept-inputs"),
]
