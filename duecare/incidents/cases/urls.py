"""Addresses of reports, triage and cases, below `incidents/`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.cases import change_views, counsel, part_views, report_views, triage_views, views

urlpatterns = [
    path("", views.cases, name="incidents"),
    path("report/", report_views.report_new, name="incident-report"),
    path("reports/<str:key>/", report_views.report_of, name="incident-report-of"),
    path("waiting/", triage_views.waiting, name="incidents-waiting"),
    path("waiting/reports/<str:key>/", triage_views.triage_report, name="triage-report"),
    path("waiting/alerts/<str:key>/", triage_views.triage_alerts, name="triage-alerts"),
    path("attach/<str:reference>/", part_views.attach, name="case-attach"),
    path("cases/new/", views.case_new, name="case-new"),
    path("cases/<str:key>/", views.case, name="case"),
    path("cases/<str:key>/change/", change_views.change, name="case-change"),
    path("cases/<str:key>/severity/", change_views.severity, name="case-severity"),
    path("cases/<str:key>/kind/", change_views.kind, name="case-kind"),
    path("cases/<str:key>/phase/", change_views.phase, name="case-phase"),
    path("cases/<str:key>/no-incident/", change_views.no_incident, name="case-no-incident"),
    path("cases/<str:key>/open-again/", change_views.open_again, name="case-open-again"),
    path("cases/<str:key>/merge/", change_views.merge, name="case-merge"),
    path("cases/<str:key>/roles/give/", part_views.role_give, name="case-role-give"),
    path("cases/<str:key>/roles/<str:row>/end/", part_views.role_end, name="case-role-end"),
    path("cases/<str:key>/affected/", part_views.affected, name="case-affected"),
    path("cases/<str:key>/affected/add/", part_views.affected_add, name="case-affected-add"),
    path("cases/<str:key>/affected/<str:row>/", part_views.affected_change, name="case-affected-change"),
    path(
        "cases/<str:key>/affected/<str:row>/remove/", part_views.affected_remove, name="case-affected-remove"
    ),
    path("cases/<str:key>/belongs/", part_views.links, name="case-links"),
    path("cases/<str:key>/belongs/<str:link>/detach/", part_views.detach, name="case-detach"),
    path("cases/<str:key>/reports/<str:report>/detach/", part_views.detach_report, name="case-detach-report"),
    path("cases/<str:key>/alerts/<str:alert>/detach/", part_views.detach_alert, name="case-detach-alert"),
    path("cases/<str:key>/counsel/", counsel.note_new, name="case-counsel"),
]
