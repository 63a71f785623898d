"""Insurance for programs: the operations of its four parts, on one router."""

from __future__ import annotations

from duecare.risk.insurance.claims import api as _claims  # noqa: F401  # each puts its operations on it
from duecare.risk.insurance.policies import api as _policies  # noqa: F401
from duecare.risk.insurance.questionnaires import api as _questionnaires  # noqa: F401
from duecare.risk.insurance.routing import router as router
from duecare.risk.insurance.statements import api as _statements  # noqa: F401
