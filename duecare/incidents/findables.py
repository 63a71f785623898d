"""What of incidents can be found. Each room has its own in a module of its own."""

from __future__ import annotations

# The plan and its contacts.
from duecare.incidents.plans import findables as _plans  # noqa: F401
