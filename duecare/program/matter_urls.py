"""Addresses of matters, and of what was released from them."""

from __future__ import annotations

from django.urls import path

from duecare.program import matter_views, released_views

urlpatterns = [
    path("matters/", matter_views.matters, name="matters"),
    path("matters/new/", matter_views.matter_new, name="matter-new"),
    path("matters/copy/<str:reference>/", matter_views.paper_copy, name="matter-copy"),
    path("matters/<str:key>/", matter_views.matter, name="matter"),
    path("matters/<str:key>/close/", matter_views.matter_close, name="matter-close"),
    path("matters/<str:key>/release/", matter_views.matter_release, name="matter-release"),
    path("matters/<str:key>/members/add/", matter_views.member_add, name="matter-member-add"),
    path("matters/<str:key>/members/<str:member>/end/", matter_views.member_end, name="matter-member-end"),
    path(
        "matters/<str:key>/members/<str:member>/counsel/", matter_views.member_counsel, name="matter-counsel"
    ),
    path("matters/<str:key>/papers/add/", matter_views.paper_add, name="matter-paper-add"),
    path("matters/<str:key>/papers/<str:paper>/", matter_views.paper, name="matter-paper"),
    path("matters/<str:key>/papers/<str:paper>/file", matter_views.paper_file, name="matter-paper-file"),
    path("matters/<str:key>/papers/<str:paper>/proof.json", matter_views.paper_proof, name="matter-proof"),
    path("released/", released_views.released, name="released"),
    path("released/<str:key>/", released_views.released_paper, name="released-paper"),
    path("released/<str:key>/file", released_views.released_file, name="released-file"),
]
