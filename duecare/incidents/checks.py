"""The checks of incidents, each in its own room; they are registered when this is loaded."""

from __future__ import annotations

# evidence
from duecare.incidents.evidence import checks as evidence_checks  # noqa: F401

# exercises
from duecare.incidents.exercises import checks as exercises  # noqa: F401

# lessons
from duecare.incidents.lessons import checks as lessons  # noqa: F401
