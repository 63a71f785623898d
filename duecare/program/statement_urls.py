from __future__ import annotations

from django.urls import path

from duecare.program import statement_views as views

urlpatterns = [
    path("", views.statements, name="statements"),
    path("made/<str:key>/", views.statement, name="statement"),
    path("<str:id>/", views.question, name="question"),
    path("<str:id>/answer/", views.answer, name="statement-answer"),
    path("<str:key>/review/", views.review, name="statement-review"),
    path("<str:key>/withdraw/", views.withdraw, name="statement-withdraw"),
]
