"""The checks of incidents, each in its own room; they are registered when this is loaded."""

from __future__ import annotations

# evidence
from duecare.incidents.evidence import checks as evidence_checks  # noqa: F401
