from __future__ import annotations

from django.urls import path

from duecare.systems import (
    device_views,
    enrolment_views,
    exposure_views,
    name_views,
    pull_views,
    views,
)

urlpatterns = [
    path("", views.hosts, name="hosts"),
    path("import/", views.host_import, name="host-import"),
    path("devices/", device_views.devices, name="devices"),
    path("devices/<str:key>/", device_views.device, name="device"),
    path("names/", name_views.names, name="names"),
    path("names/add/", name_views.name_add, name="name-add"),
    path("names/<str:key>/", name_views.name, name="name"),
    path("names/<str:key>/look/", name_views.name_look, name="name-look"),
    path("names/<str:key>/change/", name_views.name_change, name="name-change"),
    path("names/<str:key>/remove/", name_views.name_remove, name="name-remove"),
    path("enrolments/", enrolment_views.enrolments, name="enrolments"),
    path("enrolments/new/", enrolment_views.enrolment_offer, name="enrolment-offer"),
    path("enrolments/<str:key>/", enrolment_views.enrolment, name="enrolment"),
    path("enrolments/<str:key>/decide/", enrolment_views.enrolment_decide, name="enrolment-decide"),
    path("enrolments/<str:key>/withdraw/", enrolment_views.enrolment_withdraw, name="enrolment-withdraw"),
    path("exposure/", exposure_views.exposures, name="exposures"),
    path("pulled/", pull_views.pulled, name="pulled-hosts"),
    path("<str:key>/", views.host, name="host"),
    path("<str:key>/exposure/", exposure_views.exposure, name="host-exposure"),
    path("<str:key>/remove/", views.host_remove, name="host-remove"),
    path("<str:key>/key/end/", enrolment_views.key_end, name="key-end"),
    path("<str:key>/pulled/end/", pull_views.pull_end, name="pull-end"),
    path("<str:key>/reports/<str:report>/", views.report_file, name="report-file"),
]
