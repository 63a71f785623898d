from __future__ import annotations

from django.urls import path

from duecare.program import exception_views

urlpatterns = [
    path("", exception_views.exceptions, name="exceptions"),
    path("new/", exception_views.ask, name="exception-new"),
    path("<str:key>/", exception_views.exception, name="exception"),
    path("<str:key>/withdraw/", exception_views.withdraw, name="exception-withdraw"),
]
