from __future__ import annotations

from duecare.risk.decisions.urls import urlpatterns as decisions
from duecare.risk.insurance.urls import urlpatterns as insurance
from duecare.risk.measures.urls import urlpatterns as measures
from duecare.risk.picture.urls import urlpatterns as picture
from duecare.risk.register.urls import urlpatterns as register
from duecare.risk.training.urls import urlpatterns as training

urlpatterns = [*picture, *register, *measures, *decisions, *insurance, *training]
