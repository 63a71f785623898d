"""The checks of this area, each in the room that it is of; importing them registers them."""

from __future__ import annotations

# exercises
from duecare.incidents.exercises import checks as exercises  # noqa: F401

# lessons
from duecare.incidents.lessons import checks as lessons  # noqa: F401
