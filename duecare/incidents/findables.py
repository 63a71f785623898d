"""What of incidents can be found, each kind in its own room; it is registered when this is loaded."""

from __future__ import annotations

# timeline, evidence, indicators
from duecare.incidents.evidence import findables as evidence_findables  # noqa: F401
from duecare.incidents.indicators import findables as indicators_findables  # noqa: F401
from duecare.incidents.timeline import findables as timeline_findables  # noqa: F401
