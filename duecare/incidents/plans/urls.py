"""Addresses of this room, below `incidents/`."""

from __future__ import annotations

from django.urls import path

from duecare.incidents.plans import contact_views, form_views, views

urlpatterns = [
    path("plan/", views.plan, name="incident-plan"),
    path("plan/steps/<str:id>/", form_views.plan_step, name="plan-step"),
    path("plan/roles/add/", form_views.role, name="plan-role-add"),
    path("plan/roles/<str:id>/", form_views.role, name="plan-role"),
    path("plan/roles/<str:id>/drop/", form_views.role_drop, name="plan-role-drop"),
    path("plan/playbooks/add/", form_views.playbook_form, name="playbook-add"),
    path("plan/playbooks/<str:id>/", views.playbook, name="playbook"),
    path("plan/playbooks/<str:id>/change/", form_views.playbook_form, name="playbook-change"),
    path("plan/playbooks/<str:id>/drop/", form_views.playbook_drop, name="playbook-drop"),
    path("plan/playbooks/<str:id>/take/", form_views.playbook_take, name="playbook-take"),
    path("plan/playbooks/<str:id>/steps/add/", form_views.playbook_step, name="playbook-step-add"),
    path("plan/playbooks/<str:id>/steps/<str:step>/", form_views.playbook_step, name="playbook-step"),
    path(
        "plan/playbooks/<str:id>/steps/<str:step>/drop/",
        form_views.playbook_step_drop,
        name="playbook-step-drop",
    ),
    path("plan/versions/", views.versions, name="plan-versions"),
    path("plan/versions/<int:entry>/", views.version, name="plan-version"),
    path("plan/review/", views.review, name="plan-review"),
    path("plan/paper/<str:kind>/", views.print_plan, name="plan-paper"),
    path("contacts/", contact_views.contacts, name="plan-contacts"),
    path("contacts/add/", contact_views.contact_add, name="plan-contact-add"),
    path("contacts/<str:key>/", contact_views.contact, name="plan-contact"),
    path("contacts/<str:key>/change/", contact_views.contact_change, name="plan-contact-change"),
    path("contacts/<str:key>/confirm/", contact_views.contact_confirm, name="plan-contact-confirm"),
    path("contacts/<str:key>/end/", contact_views.contact_end, name="plan-contact-end"),
]
