from __future__ import annotations

from django.urls import path

from duecare.incidents import going_on
from duecare.incidents.alerts.urls import urlpatterns as alerts
from duecare.incidents.cases.urls import urlpatterns as cases
from duecare.incidents.decisions.urls import urlpatterns as decisions
from duecare.incidents.evidence.urls import urlpatterns as evidence
from duecare.incidents.exercises.urls import urlpatterns as exercises
from duecare.incidents.figures.urls import urlpatterns as figures
from duecare.incidents.indicators.urls import urlpatterns as indicators
from duecare.incidents.lessons.urls import urlpatterns as lessons
from duecare.incidents.notices.urls import urlpatterns as notices
from duecare.incidents.plans.urls import urlpatterns as plans
from duecare.incidents.stix.urls import urlpatterns as stix
from duecare.incidents.timeline.urls import urlpatterns as timeline

urlpatterns = [
    path("timeline/<str:key>/", going_on.timeline_entry_of, name="timeline-entry-of"),
    path("evidence/<str:key>/", going_on.evidence_of, name="evidence-of"),
    path("indicators/<str:key>/", going_on.indicator_of, name="indicator-of"),
    *plans,
    *exercises,
    *figures,
    *alerts,
    *cases,
    *timeline,
    *evidence,
    *indicators,
    *stix,
    *decisions,
    *notices,
    *lessons,
]
