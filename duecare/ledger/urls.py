from __future__ import annotations

from django.urls import path

from duecare.ledger import views

urlpatterns = [
    path("", views.ledger, name="ledger"),
    path("checkpoint.txt", views.checkpoint, name="ledger-checkpoint"),
    path("sign/", views.sign, name="ledger-sign"),
    path("export/", views.export_whole, name="ledger-export"),
    path("<int:index>/", views.entry, name="entry"),
    path("<int:index>/proof/", views.proof, name="entry-prove"),
    path("<int:index>/proof.json", views.proof_file, name="entry-proof"),
    path("<int:index>/blobs/<str:digest>", views.blob, name="blob"),
]
