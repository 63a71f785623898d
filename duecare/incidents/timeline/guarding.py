"""Who else is asked before an event of the law leaves a timeline: other rooms, whose clocks may run from it.

They register what is asked; this room knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from duecare.incidents.cases.models import Case

Check = Callable[[Collection[str]], None]
"""Called within the act, after something was struck and written anew, with the ids that whoever acts has
confirmed. Raises BadInput at the place "confirmed" for what has to be confirmed first."""
Guard = Callable[[Case, datetime], Check]
"""Called within the act, before anything is struck; what it returns compares."""

_guards: list[Guard] = []


def register_guard(guard: Guard) -> None:
    """Let a guard be asked whenever an event of the law is struck or told anew."""
    if guard not in _guards:
        _guards.append(guard)


def guarded(case: Case, now: datetime) -> Check:
    """Ask all guards how it is now; the check that is to be called afterwards."""
    checks = [guard(case, now) for guard in _guards]

    def check(confirmed: Collection[str]) -> None:
        for one in checks:
            one(confirmed)

    return check


def unguarded(confirmed: Collection[str]) -> None:
    """The check of what concerns no law."""
