from __future__ import annotations

from django.urls import path

from duecare.patching.software import views as software_views
from duecare.patching.weaknesses import views as weak_views

urlpatterns = [
    path("weaknesses/", weak_views.weaknesses, name="weaknesses"),
    path("weaknesses/<path:name>/", weak_views.advisory, name="advisory"),
    path("software/", software_views.software, name="software"),
    path("software/asked/", software_views.asked, name="software-asked"),
    path("software/hosts/<str:key>/", software_views.host_software, name="host-software"),
    path("software/<str:key>/", software_views.package, name="package"),
]
