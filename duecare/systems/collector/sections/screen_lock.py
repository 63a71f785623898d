"""The section `screen_lock`: on Linux only whether there is a screen that people sit at."""

from __future__ import annotations

from typing import Any

from ..look import Look, Unreadable
from ..running import graphical


def screen_lock_facts(look: Look) -> dict[str, Any]:
    if graphical(look):
        raise Unreadable(
            "screen locks", "each desktop keeps them in people's own settings, which are not read"
        )
    look.source("no graphical sign-in starts here")
    look.absent = not look.problems
    return {}
