"""What of incidents can be found; each room registers its own."""

from __future__ import annotations

from duecare.incidents.alerts import findables as alerts  # noqa: F401  # registers
from duecare.incidents.cases import findables as cases  # noqa: F401  # registers
from duecare.incidents.evidence import findables as evidence_findables  # noqa: F401
from duecare.incidents.indicators import findables as indicators_findables  # noqa: F401
from duecare.incidents.lessons import findables as lessons  # noqa: F401  # registers
from duecare.incidents.notices import findables as notices  # noqa: F401  # registers
from duecare.incidents.plans import findables as plans  # noqa: F401  # registers
from duecare.incidents.timeline import findables as timeline_findables  # noqa: F401
