from __future__ import annotations

from duecare.law.duties.urls import urlpatterns as duties
from duecare.law.holds.urls import urlpatterns as holds

urlpatterns = [*duties, *holds]
