"""What of incidents can be found; each room registers its own."""

from __future__ import annotations

from duecare.incidents.alerts import findables as alerts  # noqa: F401  # registers
from duecare.incidents.cases import findables as cases  # noqa: F401  # registers
from duecare.incidents.lessons import findables as lessons  # noqa: F401  # registers
