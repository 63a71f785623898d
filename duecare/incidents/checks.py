"""The checks of incidents: of the plan, and of what each room of this area adds in a module of its own."""

from __future__ import annotations

from duecare.incidents.evidence import checks as _evidence  # noqa: F401
from duecare.incidents.exercises import checks as _exercises  # noqa: F401
from duecare.incidents.lessons import checks as _lessons  # noqa: F401

# The plan and its contacts.
from duecare.incidents.plans import checks as _plans  # noqa: F401
